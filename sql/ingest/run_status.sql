SELECT runs.status
FROM runs
WHERE runs.id = :id;
