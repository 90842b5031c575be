INSERT INTO idempotency_outcomes (idempotency_key, tool_call_id, status, output, resolved_at)
VALUES (:idempotency_key, :tool_call_id, :status, :output, :resolved_at);
