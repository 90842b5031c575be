SELECT max(schema_migrations.version)
FROM main.schema_migrations
