UPDATE agents
SET status = 'completed', ended_at = updated_at
WHERE run_id = :id
  AND status IN ('running', 'paused')
  AND EXISTS (SELECT 1 FROM runs WHERE runs.id = :id AND runs.status = 'completed');
