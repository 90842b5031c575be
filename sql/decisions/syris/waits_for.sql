-- Which approval a step says it waits for.
SELECT {task_steps.pending_approval_id}
FROM task_steps
WHERE step_id = :step;
