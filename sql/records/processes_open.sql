-- Leans on processes_open.
SELECT id, pid, birth, heartbeat_at, heartbeat_seconds
FROM processes
WHERE ended_at IS NULL AND host = :host;
