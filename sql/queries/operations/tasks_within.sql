-- The parts of a task, oldest first: served by the index on the parent.
SELECT
    task.seq, task.id, task.parent_id, task.run_id, task.kind, task.title, task.status,
    task.source_status, task.attempt, task.max_attempts, task.next_wake_at, task.started_at,
    task.ended_at, task.updated_at, substr(task.error, 1, 2000)
FROM task
WHERE task.parent_id = :parent_id
ORDER BY task.seq
LIMIT :limit
