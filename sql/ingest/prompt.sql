INSERT INTO prompts (
    id, run_id, agent_id, kind, name, model, status, request, request_artifact_id, response,
    response_artifact_id, tokens_in, tokens_out, cache_read, cache_write, cache_write_1h,
    cost_micros, cost_source, latency_ms, created_at, completed_at, updated_at, error, masked
)
VALUES (
    :id, :run_id, :agent_id, 'chat', :name, :model, :status, :request, :request_artifact_id,
    :response, :response_artifact_id, :tokens_in, :tokens_out, :cache_read, :cache_write,
    :cache_write_1h, :cost_micros, :cost_source, :latency_ms, :created_at, :completed_at,
    :completed_at, :error, :masked
);
