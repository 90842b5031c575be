-- A used key is not written twice: the row says that the call was made again, without the key.
INSERT INTO tool_calls (
    id, run_id, agent_id, prompt_id, name, input, input_artifact_id, status, risk, idempotency_key,
    created_at, updated_at, masked
)
VALUES (
    :id, :run_id, :agent_id, :prompt_id, :name, :input, :input_artifact_id, :status, :risk,
    CASE WHEN EXISTS (
        SELECT 1
        FROM tool_calls
        WHERE tool_calls.idempotency_key = :idempotency_key
    ) THEN NULL ELSE :idempotency_key END,
    :now, :now, :masked
);
