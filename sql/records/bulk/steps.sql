INSERT INTO steps (
    id, task_id, title, status, attempt, max_attempts, idempotency_key, next_wake_at,
    started_at, ended_at, updated_at, error
)
VALUES (
    :id, :task_id, :title, :status, :attempt, :max_attempts, :idempotency_key, :next_wake_at,
    :started_at, :ended_at, :updated_at, :error
);
