UPDATE task_steps
SET status = 'failed'
    , {task_steps.error} = :error -- if task_steps.error
WHERE step_id = :step AND status = 'gated';
