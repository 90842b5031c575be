-- The client itself: when it dies, what its sessions left open is closed by whoever writes next.
INSERT INTO processes (
    id, pid, host, birth, program, started_at, heartbeat_at, heartbeat_seconds
)
VALUES (
    :id, :pid, :host, :birth, :program, :now, :now, :heartbeat_seconds
)
ON CONFLICT (id) DO UPDATE
SET heartbeat_at = excluded.heartbeat_at, ended_at = NULL, ending = NULL;
