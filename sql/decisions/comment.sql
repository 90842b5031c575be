UPDATE alarms
SET updated_at = :now
WHERE id = :id;
