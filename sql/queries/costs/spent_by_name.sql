-- What each agent of one run cost, by its name.
SELECT agent.name, agent.cost_usd
FROM agent
WHERE agent.run_id = :run_id
