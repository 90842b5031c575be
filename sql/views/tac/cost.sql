SELECT
    prompt.created_at, NULL, prompt.run_id, prompt.agent_id, prompt.model, 1,
    coalesce(prompt.tokens_in, 0), coalesce(prompt.tokens_out, 0), 0, 0, prompt.cost_usd,
    prompt.cost_usd IS NOT NULL, prompt.cost_usd IS NULL
FROM prompt
UNION ALL
-- What an agent reports beyond the sum of its prompts: together they are the larger of the two.
SELECT
    coalesce({agents.completed_at}, {agents.started_at}), NULL, agents.session_id, agents.id, NULL,
    0, 0, 0, 0, 0,
    {agents.cost_usd} - (
        SELECT total({prompts.cost_usd})
        FROM main.prompts
        WHERE prompts.agent_id = agents.id
    ),
    0, 0
FROM main.agents
WHERE {agents.cost_usd} > 0
  AND {agents.cost_usd} - (
        SELECT total({prompts.cost_usd})
        FROM main.prompts
        WHERE prompts.agent_id = agents.id
    ) > 0
