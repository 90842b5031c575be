INSERT INTO alarms (
    id, severity, kind, title, message, dedupe_key, run_id, agent_id, opened_at, updated_at
)
VALUES (
    :id, :severity, :kind, :title, :message, :dedupe_key, :run_id, :agent_id, :now, :now
)
ON CONFLICT (dedupe_key) WHERE status <> 'resolved' DO UPDATE
SET count = alarms.count + 1, severity = excluded.severity, title = excluded.title,
    message = excluded.message, updated_at = excluded.updated_at;
