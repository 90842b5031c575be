-- Served by the index on status.
SELECT
    alarm.id, alarm.severity, alarm.title, alarm.run_id, alarm.agent_id, alarm.opened_at,
    (
        SELECT max(alarm_action.until)
        FROM alarm_action
        WHERE alarm_action.alarm_id = alarm.id AND alarm_action.action = 'snooze'
    ) AS snoozed_until
FROM alarm
WHERE alarm.status = 'open'
ORDER BY alarm.seq
LIMIT :limit
