SELECT
    prompt.model, prompt.source_status, prompt.tokens_in, prompt.tokens_out, prompt.cache_read,
    prompt.cache_write, prompt.cost_source, prompt.latency_ms, substr(prompt.error, 1, 2000)
FROM prompt
WHERE prompt.seq = :seq
  AND prompt.run_id = :run_id
