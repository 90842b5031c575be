UPDATE alarms
SET snoozed_until = :until, updated_at = :now
WHERE id = :id AND status <> 'resolved';
