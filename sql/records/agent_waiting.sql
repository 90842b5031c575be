UPDATE agents
SET status = 'waiting', updated_at = :now
WHERE id = :id AND status IN ('pending', 'running');
