-- One page of model calls without their texts, newest first; the index on agent_id ends in seq.
SELECT
    prompt.seq, prompt.id, prompt.run_id, prompt.agent_id, prompt.kind, prompt.name, prompt.model,
    prompt.status, prompt.source_status, prompt.tokens_in, prompt.tokens_out, prompt.cache_read,
    prompt.cache_write, prompt.cost_usd, prompt.cost_source, prompt.latency_ms, prompt.created_at,
    prompt.completed_at, substr(prompt.error, 1, 2000)
FROM prompt
WHERE prompt.agent_id = :id
  AND prompt.seq > :after
  AND prompt.seq < :before
ORDER BY prompt.seq DESC
LIMIT :limit
