SELECT run.title
FROM run
WHERE run.id = :id
LIMIT 1
