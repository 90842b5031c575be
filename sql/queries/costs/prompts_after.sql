-- The calls that came after one, in their order, without their texts.
SELECT
    prompt.seq, prompt.id, prompt.run_id, prompt.agent_id, prompt.name, prompt.model, prompt.status,
    prompt.tokens_in, prompt.tokens_out, prompt.cache_read, prompt.cache_write, prompt.cost_usd,
    prompt.cost_source, prompt.created_at, prompt.completed_at
FROM prompt
WHERE prompt.seq > :after
ORDER BY prompt.seq
LIMIT :limit
