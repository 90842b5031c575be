INSERT INTO budgets (scope, key, limit_micros, updated_at)
VALUES (:scope, :key, :limit_micros, :updated_at);
