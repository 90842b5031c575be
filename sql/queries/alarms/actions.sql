SELECT
    alarm_action.seq, alarm_action.alarm_id, alarm_action.action, alarm_action.actor,
    alarm_action.note, alarm_action.until, alarm_action.created_at
FROM alarm_action
WHERE alarm_action.alarm_id = :alarm_id
ORDER BY alarm_action.seq DESC
LIMIT :limit
