INSERT INTO agents (id, run_id, parent_id, name, kind, model, status, started_at, updated_at)
VALUES (:id, :run_id, :parent_id, :name, :kind, :model, 'running', :now, :now)
ON CONFLICT (id) DO NOTHING;
