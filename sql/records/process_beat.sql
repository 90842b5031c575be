UPDATE processes
SET heartbeat_at = :now, dropped = :dropped
WHERE id = :id;
