SELECT
    alarms.status, alarms.title, alarms.run_id, alarms.agent_id, alarms.acked_by, alarms.acked_at,
    alarms.resolved_at, alarms.resolution
FROM alarms
WHERE alarms.id = :id;
