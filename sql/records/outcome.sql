INSERT INTO idempotency_outcomes (idempotency_key, tool_call_id, status, output, resolved_at)
VALUES (:idempotency_key, :tool_call_id, :status, :output, :now)
ON CONFLICT (idempotency_key) DO NOTHING;
