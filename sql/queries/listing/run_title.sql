SELECT run.title
FROM run
WHERE run.id = :run_id
