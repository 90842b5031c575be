-- Tasks that are not over, among those appended since :since. NOT IN, because of an index on the
-- status the open ones of a whole history would be taken and sorted.
SELECT
    task.seq, task.id, task.parent_id, task.run_id, task.kind, task.title, task.status,
    task.source_status, task.attempt, task.max_attempts, task.next_wake_at, task.started_at,
    task.ended_at, task.updated_at, substr(task.error, 1, 2000)
FROM task
WHERE task.seq >= :since
  AND coalesce(task.kind, '') <> 'step'
  AND task.status NOT IN ('completed', 'failed', 'cancelled')
ORDER BY task.seq DESC
LIMIT :limit
