INSERT INTO schedules (
    id, name, enabled, kind, spec, timezone, next_run_at, last_run_at, missed, created_at,
    updated_at
)
VALUES (
    :id, :name, :enabled, :kind, :spec, :timezone, :next_run_at, :last_run_at, :missed, :now, :now
)
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, enabled = excluded.enabled, kind = excluded.kind, spec = excluded.spec,
    timezone = excluded.timezone, next_run_at = excluded.next_run_at,
    last_run_at = coalesce(excluded.last_run_at, schedules.last_run_at), missed = excluded.missed,
    updated_at = excluded.updated_at;
