-- A call that has grown since it was read: its words only where there are more of them now.
UPDATE prompts
SET model = :model, status = :status, tokens_in = :tokens_in, tokens_out = :tokens_out,
    cache_read = :cache_read, cache_write = :cache_write, cache_write_1h = :cache_write_1h,
    cost_micros = :cost_micros, cost_source = :cost_source, latency_ms = :latency_ms,
    completed_at = :completed_at, updated_at = :completed_at, error = :error,
    request = CASE WHEN :is_longer_request THEN :request ELSE request END,
    request_artifact_id = CASE WHEN :is_longer_request THEN :request_artifact_id
                               ELSE request_artifact_id END,
    response = CASE WHEN :is_longer_response THEN :response ELSE response END,
    response_artifact_id = CASE WHEN :is_longer_response THEN :response_artifact_id
                                ELSE response_artifact_id END,
    masked = CASE WHEN :masked > masked THEN :masked ELSE masked END
WHERE id = :id;
