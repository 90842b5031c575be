SELECT
    run.seq, run.id, run.title, run.kind, run.status, run.project, run.started_at, run.ended_at,
    substr(run.error, 1, 300)
FROM run
WHERE run.id = :run_id
LIMIT 1
