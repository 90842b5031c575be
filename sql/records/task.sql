INSERT INTO tasks (
    id, parent_id, run_id, kind, title, status, attempt, max_attempts, next_wake_at, started_at,
    ended_at, updated_at, error
)
VALUES (
    :id, :parent_id, :run_id, :kind, :title, :status, :attempt, :max_attempts, :next_wake_at,
    :started_at, :ended_at, :now, :error
)
ON CONFLICT (id) DO UPDATE
SET title = excluded.title, status = excluded.status, attempt = excluded.attempt,
    max_attempts = excluded.max_attempts, next_wake_at = excluded.next_wake_at,
    started_at = coalesce(tasks.started_at, excluded.started_at), ended_at = excluded.ended_at,
    updated_at = excluded.updated_at, error = excluded.error;
