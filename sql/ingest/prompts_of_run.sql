SELECT
    prompts.id, prompts.run_id, prompts.agent_id, prompts.model, prompts.tokens_in,
    prompts.tokens_out, prompts.cache_read, prompts.cache_write, prompts.cost_micros,
    prompts.cost_source, prompts.completed_at
FROM prompts
WHERE prompts.run_id = :run_id;
