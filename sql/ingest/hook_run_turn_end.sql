-- Not while a person is asked here, nor while another of its agents goes on.
UPDATE runs
SET status = 'paused', error = :error
WHERE id = :run_id
  AND status IN ('pending', 'running', 'waiting', 'paused')
  AND NOT EXISTS (
      SELECT 1
      FROM approvals
      WHERE approvals.run_id = runs.id AND approvals.status = 'pending'
  )
  AND NOT EXISTS (
      SELECT 1
      FROM agents
      WHERE agents.run_id = runs.id AND agents.id <> :id AND agents.status IN ('running', 'waiting')
  );
