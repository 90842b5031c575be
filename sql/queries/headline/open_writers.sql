SELECT
    writer.seq, writer.id, writer.pid, writer.host, writer.program, writer.version,
    writer.started_at, writer.heartbeat_at, writer.heartbeat_seconds, writer.ended_at,
    writer.ending, writer.dropped, writer.birth
FROM writer
WHERE writer.ended_at IS NULL
ORDER BY writer.seq DESC
LIMIT :limit
