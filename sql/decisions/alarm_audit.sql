-- After its row in alarm_actions, whose count numbers it within its alarm.
INSERT INTO audit (
    id, trace_id, stage, type, outcome, summary, actor, run_id, agent_id, details, created_at
)
SELECT
    alarms.id || '-' || (
        SELECT count(*)
        FROM alarm_actions
        WHERE alarm_actions.alarm_id = alarms.id
    ),
    coalesce(alarms.run_id, alarms.id), 'operator', 'alarm.' || :action, 'info', :summary, :actor,
    alarms.run_id, alarms.agent_id, :details, :now
FROM alarms
WHERE alarms.id = :id;
