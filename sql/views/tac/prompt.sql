SELECT
    prompts.rowid, prompts.id, agents.session_id, prompts.agent_id, {prompts.prompt_type},
    {prompts.prompt_name}, {prompts.model_used},
    CASE prompts.status
        WHEN 'pending' THEN 'pending'
        WHEN 'completed' THEN 'completed'
        WHEN 'failed' THEN 'failed'
        WHEN 'cancelled' THEN 'cancelled'
        -- streaming, and what a later version may call it.
        ELSE 'running' END,
    prompts.status, {prompts.prompt_text}, {prompts.response_text}, {prompts.tokens_input},
    {prompts.tokens_output}, NULL, NULL,
    -- 0 is what TAC writes until it knows: with tokens it is a price nobody told.
    CASE WHEN {prompts.cost_usd} = 0
           AND ({prompts.tokens_input} > 0 OR {prompts.tokens_output} > 0)
         THEN NULL
         ELSE {prompts.cost_usd} END,
    CASE WHEN {prompts.cost_usd} IS NULL
           OR ({prompts.cost_usd} = 0
               AND ({prompts.tokens_input} > 0 OR {prompts.tokens_output} > 0))
         THEN NULL
         ELSE 'reported' END,
    {prompts.latency_ms}, {prompts.created_at}, {prompts.completed_at}, {prompts.error_message}
FROM main.prompts
LEFT JOIN main.agents ON agents.id = prompts.agent_id
