INSERT INTO cost_rollups (
    hour, model, agent_id, run_id, calls, unpriced, tokens_in, tokens_out, cache_read, cache_write,
    cost_micros, reported
)
VALUES (
    :hour, :model, :agent_id, :run_id, :calls, :unpriced, :tokens_in, :tokens_out, :cache_read,
    :cache_write, :cost_micros, :reported
)
ON CONFLICT (hour, model, agent_id) DO UPDATE
SET calls = calls + excluded.calls,
    unpriced = unpriced + excluded.unpriced,
    tokens_in = tokens_in + excluded.tokens_in,
    tokens_out = tokens_out + excluded.tokens_out,
    cache_read = cache_read + excluded.cache_read,
    cache_write = cache_write + excluded.cache_write,
    cost_micros = cost_micros + excluded.cost_micros,
    reported = reported + excluded.reported;
