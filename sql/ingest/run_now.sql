SELECT runs.title, runs.ended_at
FROM runs
WHERE runs.id = :id;
