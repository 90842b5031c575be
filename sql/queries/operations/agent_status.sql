SELECT agent.status
FROM agent
WHERE agent.id = :id
