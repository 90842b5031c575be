INSERT INTO watchers (
    id, name, enabled, last_tick_at, last_outcome, consecutive_errors, suppressed, updated_at
)
VALUES (
    :id, :name, :enabled, :last_tick_at, :last_outcome, :consecutive_errors, :suppressed, :now
)
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, enabled = excluded.enabled, last_tick_at = excluded.last_tick_at,
    last_outcome = excluded.last_outcome, consecutive_errors = excluded.consecutive_errors,
    suppressed = excluded.suppressed, updated_at = excluded.updated_at;
