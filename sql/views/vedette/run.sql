SELECT
    runs.seq, runs.id, runs.title, runs.kind, runs.status, runs.status, runs.project,
    runs.started_at, runs.ended_at, runs.updated_at, runs.error
FROM main.runs
