-- Earlier alarms of the same rule on the same object; :since, where the source has no index on it.
SELECT
    alarm.seq, alarm.id, alarm.derived, alarm.severity, alarm.status, alarm.kind, alarm.title,
    alarm.message, alarm.dedupe_key, alarm.count, alarm.run_id, alarm.agent_id, alarm.opened_at,
    alarm.updated_at, alarm.acked_at, alarm.acked_by, alarm.resolved_at, alarm.resolution
FROM alarm
WHERE alarm.dedupe_key = :dedupe_key
  AND alarm.seq > :since
  AND alarm.seq < :seq
ORDER BY alarm.seq DESC
LIMIT :limit
