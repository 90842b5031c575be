UPDATE processes
SET heartbeat_at = :now, dropped = :dropped, ended_at = :now, ending = 'closed'
WHERE id = :id AND ended_at IS NULL;
