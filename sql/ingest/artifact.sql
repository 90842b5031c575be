INSERT INTO artifacts (id, run_id, kind, media_type, size, sha256, body, created_at)
VALUES (:id, :run_id, :kind, :media_type, :size, :sha256, :body, :created_at)
ON CONFLICT (id) DO UPDATE
SET size = excluded.size, sha256 = excluded.sha256, body = excluded.body
WHERE excluded.size > artifacts.size;
