SELECT run.status
FROM run
WHERE run.id = :id
