UPDATE tool_calls
SET status = 'cancelled', completed_at = updated_at, error = 'the session ended without its result'
WHERE run_id = :id
  AND status = 'running'
  AND EXISTS (SELECT 1 FROM runs WHERE runs.id = :id AND runs.status = 'completed');
