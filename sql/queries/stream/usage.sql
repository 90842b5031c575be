SELECT
    usage.agent_id, usage.run_id, usage.calls, usage.tokens_in, usage.tokens_out, usage.cache_read,
    usage.cache_write, usage.cost_usd, usage.unpriced
FROM usage
WHERE usage.agent_id = :id
