-- Open and acknowledged alarms: served by the index on status.
SELECT
    alarm.seq, alarm.id, alarm.derived, alarm.severity, alarm.status, alarm.kind, alarm.title,
    alarm.message, alarm.dedupe_key, alarm.count, alarm.run_id, alarm.agent_id, alarm.opened_at,
    alarm.updated_at, alarm.acked_at, alarm.acked_by, alarm.resolved_at, alarm.resolution
FROM alarm
WHERE alarm.status IN ('open', 'acked')
ORDER BY alarm.seq DESC
LIMIT :limit
