SELECT usage.agent_id, usage.cost_usd, usage.unpriced
FROM usage
WHERE usage.run_id = :run_id
