UPDATE tool_calls
SET status = 'running', updated_at = :now
WHERE id = :id AND status = 'waiting';
