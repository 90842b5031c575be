SELECT version, name, sha256, applied_at, duration_ms
FROM schema_migrations
ORDER BY version;
