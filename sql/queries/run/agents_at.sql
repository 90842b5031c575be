-- One row again, to see whether it is still open.
SELECT
    agent.seq, agent.id, agent.parent_id, agent.name, agent.model, agent.status, agent.started_at,
    agent.ended_at, agent.cost_usd, agent.context_used, substr(agent.error, 1, 300)
FROM agent
WHERE agent.seq = :seq
  AND agent.run_id = :run_id
