-- What the agents log of their tools, once a call is over. TAC's prompts of type tool_call are
-- calls it pays for: they are prompts, and shown here they would count twice. Their sequence is
-- another one, too, and what follows a sequence would miss the rows of the smaller.
SELECT
    agent_logs.id, agent_logs.id, agents.session_id, agent_logs.agent_id, NULL,
    coalesce(
        CASE WHEN json_valid({agent_logs.details})
             THEN coalesce(
                 json_extract({agent_logs.details}, '$.tool_name'),
                 json_extract({agent_logs.details}, '$.tool'),
                 json_extract({agent_logs.details}, '$.name')
             ) END,
        {agent_logs.message}
    ),
    {agent_logs.details}, {agent_logs.message},
    CASE WHEN {agent_logs.log_level} IN ('ERROR', 'CRITICAL') THEN 'failed' ELSE 'completed' END,
    {agent_logs.log_level}, NULL, NULL, {agent_logs.created_at}, {agent_logs.created_at},
    CASE WHEN {agent_logs.log_level} IN ('ERROR', 'CRITICAL') THEN {agent_logs.message} END
FROM main.agent_logs
LEFT JOIN main.agents ON agents.id = agent_logs.agent_id
WHERE {agent_logs.log_type} = 'tool_call'
