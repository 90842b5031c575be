INSERT INTO watchers (
    id, name, enabled, last_tick_at, last_outcome, consecutive_errors, suppressed, updated_at
)
VALUES (
    :id, :name, :enabled, :last_tick_at, :last_outcome, :consecutive_errors, :suppressed,
    :updated_at
);
