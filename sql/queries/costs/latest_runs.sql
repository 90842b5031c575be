SELECT run.id, run.title, run.project, run.status, run.started_at, run.ended_at
FROM run
ORDER BY run.seq DESC
LIMIT :limit
