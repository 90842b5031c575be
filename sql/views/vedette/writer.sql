SELECT
    processes.seq, processes.id, processes.pid, processes.host, processes.program,
    processes.version, processes.started_at, processes.heartbeat_at, processes.heartbeat_seconds,
    processes.ended_at, processes.ending, processes.dropped, processes.birth
FROM main.processes
