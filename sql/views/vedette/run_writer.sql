SELECT runs.id, runs.process_id
FROM main.runs
WHERE runs.process_id IS NOT NULL
