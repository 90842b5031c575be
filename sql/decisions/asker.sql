-- The process that waits for an answer: the gate's own, else the one that writes its run.
SELECT
    processes.seq, processes.id, processes.pid, processes.host, processes.program,
    processes.version, processes.started_at, processes.heartbeat_at, processes.heartbeat_seconds,
    processes.ended_at, processes.ending, processes.dropped, processes.birth
FROM approvals
LEFT JOIN runs ON runs.id = approvals.run_id
JOIN processes ON processes.id = coalesce(approvals.process_id, runs.process_id)
WHERE approvals.id = :id;
