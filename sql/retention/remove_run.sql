DELETE FROM runs
WHERE id = :id
  AND status IN ('completed', 'failed', 'cancelled')
  AND ended_at < :before
  AND NOT EXISTS (
      SELECT 1
      FROM approvals
      WHERE approvals.run_id = :id AND approvals.status = 'pending'
  );
