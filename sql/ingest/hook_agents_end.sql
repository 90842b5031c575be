UPDATE agents
SET status = 'completed', ended_at = :now,
    updated_at = CASE WHEN updated_at > :now THEN updated_at ELSE :now END
WHERE run_id = :run_id AND status IN ('pending', 'running', 'waiting', 'paused');
