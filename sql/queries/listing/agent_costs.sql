-- What each agent of one run cost, for the run's total.
SELECT agent.cost_usd
FROM agent
WHERE agent.run_id = :run_id
