-- The newest agents, for those that wait for a person.
SELECT
    agent.seq, agent.id, agent.run_id, agent.name, agent.status, agent.source_status,
    agent.updated_at
FROM agent
ORDER BY agent.seq DESC
LIMIT :limit
