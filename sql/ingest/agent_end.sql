UPDATE agents
SET status = 'completed', ended_at = :at
WHERE id = :id AND status = 'running' AND :at >= updated_at;
