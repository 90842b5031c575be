INSERT INTO runs (id, process_id, title, kind, status, project, started_at, updated_at)
VALUES (:id, :process_id, :title, :kind, :status, :project, :started_at, :updated_at);
