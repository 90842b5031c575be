-- One agent's calls before one of them, the newest first, without their texts.
SELECT
    prompt.seq, prompt.id, prompt.run_id, prompt.agent_id, prompt.name, prompt.model, prompt.status,
    prompt.tokens_in, prompt.tokens_out, prompt.cache_read, prompt.cache_write, prompt.cost_usd,
    prompt.cost_source, prompt.created_at, prompt.completed_at
FROM prompt
WHERE prompt.agent_id = :agent_id
  AND prompt.seq < :before
ORDER BY prompt.seq DESC
LIMIT :limit
