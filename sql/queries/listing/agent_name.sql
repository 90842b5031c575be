SELECT agent.name
FROM agent
WHERE agent.id = :agent_id
