UPDATE alarms
SET status = 'resolved', resolved_at = :now, resolution = :note, updated_at = :now
WHERE id = :id AND status <> 'resolved';
