SELECT
    agents.id, agents.run_id, agents.calls, agents.tokens_in, agents.tokens_out, agents.cache_read,
    agents.cache_write,
    CASE WHEN agents.calls > 0 AND agents.unpriced = agents.calls THEN NULL
         ELSE agents.cost_micros / 1000000.0 END,
    agents.unpriced
FROM main.agents
