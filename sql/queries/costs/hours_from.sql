-- The totals of the hours from one up to another.
SELECT
    cost.hour, cost.project, cost.run_id, cost.agent_id, cost.model, cost.calls, cost.tokens_in,
    cost.tokens_out, cost.cache_read, cost.cache_write, cost.cost_usd, cost.reported, cost.unpriced
FROM cost
WHERE cost.hour >= :first
  AND cost.hour < :until
