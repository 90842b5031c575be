SELECT
    agents.rowid, agents.id, agents.session_id, agents.parent_agent_id,
    -- The bridge gives all its agents one name, and keeps their phase in the context.
    CASE WHEN agents.orchestrator_agent_id = 'adw-orchestrator' AND {agents.context} GLOB '[a-z]*'
         THEN {agents.context}
         ELSE coalesce(orchestrator_agents.name, agents.orchestrator_agent_id) END,
    coalesce({orchestrator_agents.agent_type}, 'agent'),
    coalesce(
        (
            SELECT {prompts.model_used}
            FROM main.prompts
            WHERE prompts.agent_id = agents.id
            ORDER BY prompts.rowid DESC
            LIMIT 1
        ),
        {orchestrator_agents.default_model}
    ),
    CASE agents.status
        WHEN 'initializing' THEN 'pending'
        WHEN 'completed' THEN 'completed'
        WHEN 'failed' THEN 'failed'
        WHEN 'cancelled' THEN 'cancelled'
        -- planning, executing, reviewing, and what a later version may call it.
        ELSE 'running' END,
    agents.status, {agents.started_at}, {agents.completed_at},
    coalesce({agents.completed_at}, {agents.started_at}),
    coalesce(
        nullif(
            max(
                coalesce({agents.cost_usd}, 0.0),
                (
                    SELECT total({prompts.cost_usd})
                    FROM main.prompts
                    WHERE prompts.agent_id = agents.id
                )
            ),
            0.0
        ),
        -- Calls, and none of them with a price: unknown is not 0.
        CASE WHEN NOT EXISTS (
            SELECT 1
            FROM prompt
            WHERE prompt.agent_id = agents.id AND prompt.cost_usd IS NULL
        ) THEN 0.0 END
    ),
    NULL, {agents.error_message}
FROM main.agents
LEFT JOIN main.orchestrator_agents ON orchestrator_agents.id = agents.orchestrator_agent_id
