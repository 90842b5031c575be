-- The newest model calls of one agent without their texts.
SELECT
    prompt.id, prompt.name, prompt.model, prompt.status, prompt.tokens_in, prompt.tokens_out,
    prompt.cache_read, prompt.cost_usd, prompt.created_at, prompt.completed_at, prompt.error
FROM prompt
WHERE prompt.agent_id = :agent_id
ORDER BY prompt.seq DESC
LIMIT :limit
