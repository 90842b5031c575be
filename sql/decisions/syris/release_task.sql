-- The engine claims nothing but pending tasks.
UPDATE tasks
SET status = 'pending'
WHERE task_id = :task AND status = 'paused';
