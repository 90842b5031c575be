-- What was appended since the last look, the oldest first.
SELECT
    agent.seq, agent.id, agent.parent_id, agent.name, agent.model, agent.status, agent.started_at,
    agent.ended_at, agent.cost_usd, agent.context_used, substr(agent.error, 1, 300)
FROM agent
WHERE agent.run_id = :run_id
  AND agent.seq > :after
ORDER BY agent.seq
LIMIT :limit
