UPDATE agents
SET status = 'paused'
WHERE id = :id AND status = 'running' AND updated_at <= :at;
