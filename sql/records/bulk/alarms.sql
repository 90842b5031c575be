INSERT INTO alarms (
    id, severity, status, kind, title, message, dedupe_key, count, run_id, agent_id, opened_at,
    updated_at, acked_at, acked_by, snoozed_until, resolved_at, resolution
)
VALUES (
    :id, :severity, :status, :kind, :title, :message, :dedupe_key, :count, :run_id, :agent_id,
    :opened_at, :updated_at, :acked_at, :acked_by, :snoozed_until, :resolved_at, :resolution
);
