INSERT INTO tool_calls (
    id, run_id, agent_id, prompt_id, name, input, output, input_artifact_id, output_artifact_id,
    status, risk, idempotency_key, latency_ms, created_at, completed_at, updated_at, error,
    masked
)
VALUES (
    :id, :run_id, :agent_id, :prompt_id, :name, :input, :output, :input_artifact_id,
    :output_artifact_id, :status, :risk, :idempotency_key, :latency_ms, :created_at,
    :completed_at, :updated_at, :error, :masked
);
