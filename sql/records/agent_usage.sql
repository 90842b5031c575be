UPDATE agents
SET calls = calls + 1,
    unpriced = unpriced + :unpriced,
    tokens_in = tokens_in + :tokens_in,
    tokens_out = tokens_out + :tokens_out,
    cache_read = cache_read + :cache_read,
    cache_write = cache_write + :cache_write,
    cost_micros = cost_micros + :cost_micros,
    updated_at = CASE WHEN updated_at > :now THEN updated_at ELSE :now END
WHERE id = :agent_id;
