-- Not while a person is asked.
UPDATE runs
SET status = 'completed', ended_at = updated_at
WHERE id = :id
  AND status IN ('running', 'paused')
  AND updated_at < :quiet_since
  AND NOT EXISTS (
      SELECT 1
      FROM approvals
      WHERE approvals.run_id = runs.id AND approvals.status = 'pending'
  );
