-- Served by the index on status.
SELECT run.status, count(*)
FROM run
GROUP BY run.status
