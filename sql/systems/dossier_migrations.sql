SELECT _migrations.name
FROM main._migrations
