INSERT INTO schema_migrations (version, name, sha256, applied_at, duration_ms)
VALUES (:version, :name, :sha256, :applied_at, :duration_ms);
