UPDATE alarms
SET status = 'acked', acked_at = :now, acked_by = :actor, updated_at = :now
WHERE id = :id AND status = 'open';
