UPDATE alarms
SET status = 'resolved', resolved_at = :now, resolution = :resolution, updated_at = :now
WHERE dedupe_key = :dedupe_key AND status <> 'resolved';
