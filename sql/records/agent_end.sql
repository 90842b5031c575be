UPDATE agents
SET status = :status, ended_at = :now, updated_at = :now, error = :error
WHERE id = :id AND status IN ('pending', 'running', 'waiting', 'paused');
