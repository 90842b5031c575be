UPDATE runs
SET status = 'waiting',
    updated_at = CASE WHEN updated_at > :now THEN updated_at ELSE :now END
WHERE id = :id AND status IN ('pending', 'running');
