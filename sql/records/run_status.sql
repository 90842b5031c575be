UPDATE runs
SET status = :status, updated_at = :now
WHERE id = :id AND status IN ('pending', 'running', 'waiting', 'paused');
