SELECT agent.parent_id
FROM agent
WHERE agent.id = :agent_id
