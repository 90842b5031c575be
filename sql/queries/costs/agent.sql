SELECT
    agent.seq, agent.id, agent.run_id, agent.name, agent.status, agent.started_at, agent.ended_at,
    agent.cost_usd
FROM agent
WHERE agent.id = :agent_id
