SELECT id, title, started_at
FROM runs
WHERE process_id = :process_id
  AND status IN ('pending', 'running', 'waiting', 'paused');
