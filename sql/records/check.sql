INSERT INTO checks (id, run_id, kind, status, output, created_at)
VALUES (:id, :run_id, :kind, :status, :output, :created_at);
