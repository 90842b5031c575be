-- Served by the index on run_id; a sequence of all agents is not every source's.
SELECT agent.id, agent.seq
FROM agent
WHERE agent.run_id = :run_id
ORDER BY agent.seq DESC
LIMIT 1
