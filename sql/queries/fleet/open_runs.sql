-- Served by an index on status where the source has one.
SELECT
    run.seq, run.id, run.title, run.kind, run.status, run.source_status, run.project,
    run.started_at, run.ended_at, run.updated_at, run.error
FROM run
WHERE run.status IN ('pending', 'running', 'waiting', 'paused')
ORDER BY run.seq DESC
LIMIT :limit
