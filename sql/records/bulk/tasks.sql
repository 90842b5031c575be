INSERT INTO tasks (
    id, parent_id, run_id, kind, title, status, attempt, max_attempts, next_wake_at, started_at,
    ended_at, updated_at, error
)
VALUES (
    :id, :parent_id, :run_id, :kind, :title, :status, :attempt, :max_attempts, :next_wake_at,
    :started_at, :ended_at, :updated_at, :error
);
