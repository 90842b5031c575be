UPDATE approvals
SET status = 'expired', updated_at = :now
WHERE id = :id AND status = 'pending';
