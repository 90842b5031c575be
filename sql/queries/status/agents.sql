-- Served by the index on status.
SELECT agent.status, count(*)
FROM agent
GROUP BY agent.status
