UPDATE approvals
SET moved_on_at = :now, updated_at = :now
WHERE id = :id AND moved_on_at IS NULL;
