UPDATE agents
SET status = 'failed', updated_at = :now, error = :error,
    ended_at = CASE WHEN started_at > :seen_at THEN started_at ELSE :seen_at END
WHERE status IN ('pending', 'running', 'waiting', 'paused')
  AND run_id IN (SELECT id FROM runs WHERE process_id = :process_id);
