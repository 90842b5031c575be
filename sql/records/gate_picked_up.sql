UPDATE approvals
SET picked_up_at = :now, updated_at = :now
WHERE id = :id AND picked_up_at IS NULL AND status IN ('approved', 'rejected');
