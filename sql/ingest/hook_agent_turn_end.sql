-- Not while a person is asked here.
UPDATE agents
SET status = 'paused', error = :error
WHERE id = :id
  AND status IN ('pending', 'running', 'waiting', 'paused')
  AND NOT EXISTS (
      SELECT 1
      FROM approvals
      WHERE approvals.agent_id = agents.id AND approvals.status = 'pending'
  );
