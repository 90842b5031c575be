SELECT
    prompts.run_id, prompts.agent_id, prompts.model, prompts.tokens_in, prompts.tokens_out,
    prompts.cache_read, prompts.cache_write, prompts.cache_write_1h, prompts.cost_micros,
    prompts.cost_source, prompts.completed_at, length(prompts.request), length(prompts.response),
    prompts.created_at
FROM prompts
WHERE prompts.id = :id;
