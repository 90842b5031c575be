INSERT INTO runs (id, title, kind, status, project, started_at, updated_at)
VALUES (:id, :title, 'session', 'running', :project, :first, :first)
ON CONFLICT (id) DO NOTHING;
