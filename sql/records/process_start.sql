INSERT INTO processes (
    id, pid, host, birth, program, version, started_at, heartbeat_at, heartbeat_seconds
)
VALUES (
    :id, :pid, :host, :birth, :program, :version, :now, :now, :heartbeat_seconds
)
ON CONFLICT (id) DO NOTHING;
