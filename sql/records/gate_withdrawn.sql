UPDATE approvals
SET status = 'withdrawn', reason = :reason, updated_at = :now
WHERE id = :id AND status = 'pending';
