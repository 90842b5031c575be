SELECT
    tasks.seq, tasks.id, tasks.parent_id, tasks.run_id, tasks.kind, tasks.title, tasks.status,
    tasks.status, tasks.attempt, tasks.max_attempts, tasks.next_wake_at, tasks.started_at,
    tasks.ended_at, tasks.updated_at, tasks.error
FROM main.tasks
UNION ALL
SELECT
    steps.seq, steps.id, steps.task_id, CAST(NULL AS TEXT), CAST('step' AS TEXT), steps.title, steps.status,
    steps.status, steps.attempt, steps.max_attempts, steps.next_wake_at, steps.started_at,
    steps.ended_at, steps.updated_at, steps.error
FROM main.steps
