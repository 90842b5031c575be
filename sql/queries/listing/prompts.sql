SELECT
    prompt.seq, prompt.id, prompt.run_id, prompt.agent_id, prompt.kind, prompt.name,
    prompt.model, prompt.status, prompt.source_status, prompt.request, prompt.response,
    prompt.tokens_in, prompt.tokens_out, prompt.cache_read, prompt.cache_write, prompt.cost_usd,
    prompt.cost_source, prompt.latency_ms, prompt.created_at, prompt.completed_at, prompt.error
FROM prompt
WHERE prompt.seq < :before
ORDER BY prompt.seq DESC
LIMIT :limit
