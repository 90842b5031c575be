INSERT INTO runs (id, process_id, title, kind, status, project, started_at, updated_at)
VALUES (:run_id, :process_id, :title, 'session', 'running', :project, :now, :now)
ON CONFLICT (id) DO NOTHING;
