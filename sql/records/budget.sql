INSERT INTO budgets (scope, key, limit_micros, updated_at)
VALUES (:scope, :key, :limit_micros, :now)
ON CONFLICT (scope, key) DO UPDATE
SET limit_micros = excluded.limit_micros, updated_at = excluded.updated_at;
