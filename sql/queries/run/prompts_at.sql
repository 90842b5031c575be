-- One row again, to see whether it is still open.
SELECT
    prompt.seq, prompt.id, prompt.agent_id, substr(coalesce(prompt.name, prompt.model), 1, 200),
    prompt.status, prompt.created_at, prompt.completed_at, prompt.latency_ms, prompt.cost_usd,
    substr(prompt.error, 1, 300), NULL
FROM prompt
WHERE prompt.seq = :seq
  AND prompt.run_id = :run_id
