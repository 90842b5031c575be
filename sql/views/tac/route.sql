-- The orchestrator's chat: who told whom what, and the agent it was about. It has a sequence of its
-- own and cannot stand in the one of the agents' log or of the calls.
SELECT
    orchestrator_chat.rowid, orchestrator_chat.id,
    (
        SELECT agents.session_id
        FROM main.agents
        WHERE agents.id = {orchestrator_chat.agent_id}
    ),
    {orchestrator_chat.message},
    coalesce({orchestrator_chat.sender_type}, 'somebody')
        || ' to ' || coalesce({orchestrator_chat.receiver_type}, 'somebody'),
    (
        SELECT {orchestrator_agents.name}
        FROM main.orchestrator_agents
        WHERE orchestrator_agents.id = {orchestrator_chat.orchestrator_agent_id}
    ),
    NULL, NULL, {orchestrator_chat.summary}, {orchestrator_chat.created_at}
FROM main.orchestrator_chat
