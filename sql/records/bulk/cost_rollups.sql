INSERT INTO cost_rollups (
    hour, model, agent_id, run_id, calls, unpriced, tokens_in, tokens_out, cache_read,
    cache_write, cost_micros, reported
)
VALUES (
    :hour, :model, :agent_id, :run_id, :calls, :unpriced, :tokens_in, :tokens_out, :cache_read,
    :cache_write, :cost_micros, :reported
);
