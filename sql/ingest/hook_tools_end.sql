UPDATE tool_calls
SET status = 'cancelled', completed_at = :now, updated_at = :now,
    error = 'the session ended without its result'
WHERE run_id = :run_id AND status IN ('pending', 'running', 'waiting', 'paused');
