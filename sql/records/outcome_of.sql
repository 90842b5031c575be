SELECT status, output, resolved_at
FROM idempotency_outcomes
WHERE idempotency_key = :idempotency_key;
