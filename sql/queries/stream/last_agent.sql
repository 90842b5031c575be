SELECT agent.id
FROM agent
ORDER BY agent.seq DESC
LIMIT 1
