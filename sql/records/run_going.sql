UPDATE runs
SET status = 'running', updated_at = :now
WHERE id = (SELECT gate.run_id FROM approvals AS gate WHERE gate.id = :id)
  AND status = 'waiting'
  AND NOT EXISTS (
      SELECT 1
      FROM approvals
      WHERE approvals.run_id = runs.id AND approvals.status = 'pending'
  );
