INSERT INTO steps (
    id, task_id, title, status, attempt, max_attempts, idempotency_key, next_wake_at, started_at,
    ended_at, updated_at, error
)
VALUES (
    :id, :task_id, :title, :status, :attempt, :max_attempts, :idempotency_key, :next_wake_at,
    :started_at, :ended_at, :now, :error
)
ON CONFLICT (id) DO UPDATE
SET title = excluded.title, status = excluded.status, attempt = excluded.attempt,
    max_attempts = excluded.max_attempts, next_wake_at = excluded.next_wake_at,
    started_at = coalesce(steps.started_at, excluded.started_at), ended_at = excluded.ended_at,
    updated_at = excluded.updated_at, error = excluded.error;
