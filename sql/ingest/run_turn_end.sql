UPDATE runs
SET status = 'paused'
WHERE id = :run_id AND status = 'running' AND updated_at <= :at;
