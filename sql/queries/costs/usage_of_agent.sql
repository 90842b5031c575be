SELECT usage.agent_id, usage.cost_usd, usage.unpriced
FROM usage
WHERE usage.agent_id = :agent_id
