UPDATE prompts
SET status = :status, response = :response, response_artifact_id = :response_artifact_id,
    model = :model, tokens_in = :tokens_in, tokens_out = :tokens_out, cache_read = :cache_read,
    cache_write = :cache_write, cost_micros = :cost_micros, cost_source = :cost_source,
    latency_ms = :latency_ms, completed_at = :now, updated_at = :now, error = :error,
    masked = masked + :masked
WHERE id = :id AND status IN ('pending', 'running', 'waiting', 'paused');
