-- The totals of hours before one, the newest first. The hour leads the totals' primary key.
SELECT
    cost.hour, cost.project, cost.run_id, cost.agent_id, cost.model, cost.calls, cost.tokens_in,
    cost.tokens_out, cost.cache_read, cost.cache_write, cost.cost_usd, cost.reported, cost.unpriced
FROM cost
WHERE cost.hour >= :first
  AND cost.hour < :before
ORDER BY cost.hour DESC
LIMIT :limit
