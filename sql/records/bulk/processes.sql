INSERT INTO processes (
    id, pid, host, birth, program, version, started_at, heartbeat_at, heartbeat_seconds,
    ended_at, ending, dropped
)
VALUES (
    :id, :pid, :host, :birth, :program, :version, :started_at, :heartbeat_at,
    :heartbeat_seconds, :ended_at, :ending, :dropped
);
