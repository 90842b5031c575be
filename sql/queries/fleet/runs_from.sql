SELECT
    run.seq, run.id, run.title, run.kind, run.status, run.source_status, run.project,
    run.started_at, run.ended_at, run.updated_at, run.error
FROM run
WHERE run.seq >= :start
ORDER BY run.seq DESC
LIMIT :limit
