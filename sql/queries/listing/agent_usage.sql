SELECT usage.tokens_in, usage.tokens_out
FROM usage
WHERE usage.agent_id = :agent_id
