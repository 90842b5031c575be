-- The gate finds the approved row when the step is run again.
UPDATE task_steps
SET status = 'pending'
WHERE step_id = :step AND status = 'gated';
