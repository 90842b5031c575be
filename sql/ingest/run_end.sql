-- Not while a person is asked, nor while its hooks watch the client's own process.
UPDATE runs
SET status = 'completed', ended_at = updated_at
WHERE id = :id
  AND status IN ('running', 'paused')
  AND updated_at < :quiet_since
  AND NOT EXISTS (
      SELECT 1
      FROM processes
      WHERE processes.id = runs.process_id AND processes.ended_at IS NULL
  )
  AND NOT EXISTS (
      SELECT 1
      FROM approvals
      WHERE approvals.run_id = runs.id AND approvals.status = 'pending'
  );
