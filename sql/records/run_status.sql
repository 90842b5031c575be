UPDATE runs
SET status = :status, error = :error,
    updated_at = CASE WHEN updated_at > :now THEN updated_at ELSE :now END
WHERE id = :id AND status IN ('pending', 'running', 'waiting', 'paused');
