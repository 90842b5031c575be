SELECT agent.name
FROM agent
WHERE agent.id = :id
LIMIT 1
