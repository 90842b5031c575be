UPDATE tool_calls
SET status = 'failed', updated_at = :now, error = :error,
    completed_at = CASE WHEN created_at > :seen_at THEN created_at ELSE :seen_at END
WHERE status IN ('pending', 'running', 'waiting')
  AND run_id IN (SELECT id FROM runs WHERE process_id = :process_id);
