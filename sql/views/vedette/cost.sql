SELECT
    cost_rollups.hour, runs.project, cost_rollups.run_id, cost_rollups.agent_id, cost_rollups.model,
    cost_rollups.calls, cost_rollups.tokens_in, cost_rollups.tokens_out, cost_rollups.cache_read,
    cost_rollups.cache_write,
    CASE WHEN cost_rollups.unpriced = cost_rollups.calls THEN NULL
         ELSE cost_rollups.cost_micros / 1000000.0 END,
    cost_rollups.reported, cost_rollups.unpriced
FROM main.cost_rollups
JOIN main.runs ON runs.id = cost_rollups.run_id
