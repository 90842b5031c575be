-- The processes behind the open runs.
SELECT
    writer.seq, writer.id, writer.pid, writer.host, writer.program, writer.version,
    writer.started_at, writer.heartbeat_at, writer.heartbeat_seconds, writer.ended_at,
    writer.ending, writer.dropped, writer.birth
FROM run_writer
JOIN writer ON writer.id = run_writer.writer_id
WHERE run_writer.run_id = :run_id
