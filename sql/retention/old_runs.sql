-- Runs that are over since before a moment, and of which nothing waits for a person.
SELECT runs.id, runs.title, runs.ended_at
FROM runs
WHERE runs.status IN ('completed', 'failed', 'cancelled')
  AND runs.ended_at < :before
  AND NOT EXISTS (
      SELECT 1
      FROM approvals
      WHERE approvals.run_id = runs.id AND approvals.status = 'pending'
  )
ORDER BY runs.seq;
