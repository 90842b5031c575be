SELECT
    agent.seq, agent.id, agent.run_id, agent.parent_id, agent.name, agent.kind, agent.model,
    agent.status, agent.source_status, agent.started_at, agent.ended_at, agent.updated_at,
    agent.cost_usd, agent.context_used, agent.error
FROM agent
WHERE agent.id = :id
