-- What the agents log. The system's log is the audit trail: two tables in one order would need a
-- sequence that spans both, and TAC has none.
SELECT
    agent_logs.id, agent_logs.id, agents.session_id, agent_logs.agent_id,
    CASE {agent_logs.log_level}
        WHEN 'DEBUG' THEN 'debug'
        WHEN 'WARNING' THEN 'warn'
        WHEN 'ERROR' THEN 'error'
        WHEN 'CRITICAL' THEN 'error'
        ELSE 'info' END,
    {agent_logs.log_type}, {agent_logs.message}, {agent_logs.details}, {agent_logs.created_at}
FROM main.agent_logs
LEFT JOIN main.agents ON agents.id = agent_logs.agent_id
