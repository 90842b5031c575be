SELECT run.id, run.seq
FROM run
ORDER BY run.seq DESC
LIMIT 1
