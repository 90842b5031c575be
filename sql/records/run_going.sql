UPDATE runs
SET status = 'running',
    updated_at = CASE WHEN updated_at > :now THEN updated_at ELSE :now END
WHERE id = (SELECT gate.run_id FROM approvals AS gate WHERE gate.id = :id)
  AND status = 'waiting'
  AND NOT EXISTS (
      SELECT 1
      FROM approvals
      WHERE approvals.run_id = runs.id AND approvals.status = 'pending'
  );
