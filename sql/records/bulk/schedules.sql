INSERT INTO schedules (
    id, name, enabled, kind, spec, timezone, next_run_at, last_run_at, missed, created_at,
    updated_at
)
VALUES (
    :id, :name, :enabled, :kind, :spec, :timezone, :next_run_at, :last_run_at, :missed,
    :created_at, :updated_at
);
