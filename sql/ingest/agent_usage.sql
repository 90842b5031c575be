UPDATE agents
SET calls = calls + :calls,
    unpriced = unpriced + :unpriced,
    tokens_in = tokens_in + :tokens_in,
    tokens_out = tokens_out + :tokens_out,
    cache_read = cache_read + :cache_read,
    cache_write = cache_write + :cache_write,
    cost_micros = cost_micros + :cost_micros
WHERE id = :agent_id;
