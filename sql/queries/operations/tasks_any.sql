-- The newest tasks and steps.
SELECT
    task.seq, task.id, task.parent_id, task.run_id, task.kind, task.title, task.status,
    task.source_status, task.attempt, task.max_attempts, task.next_wake_at, task.started_at,
    task.ended_at, task.updated_at, substr(task.error, 1, 2000)
FROM task
ORDER BY task.seq DESC
LIMIT :limit
