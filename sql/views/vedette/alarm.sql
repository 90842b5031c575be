SELECT
    alarms.seq, alarms.id, 0, alarms.severity, alarms.status, alarms.kind, alarms.title,
    alarms.message, alarms.dedupe_key, alarms.count, alarms.run_id, alarms.agent_id,
    alarms.opened_at, alarms.updated_at, alarms.acked_at, alarms.acked_by, alarms.resolved_at,
    alarms.resolution
FROM main.alarms
