SELECT
    alarm_actions.seq, alarm_actions.alarm_id, alarm_actions.action, alarm_actions.actor,
    alarm_actions.note, alarm_actions.until, alarm_actions.created_at
FROM main.alarm_actions
