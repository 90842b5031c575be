SELECT run.id, run.title, run.project, run.status, run.started_at, run.ended_at
FROM run
WHERE run.id = :run_id
