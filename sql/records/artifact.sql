INSERT INTO artifacts (id, run_id, kind, media_type, size, sha256, body, created_at)
VALUES (:id, :run_id, :kind, :media_type, :size, :sha256, :body, :created_at);
