-- The rows whose foreign key holds a value.
SELECT {key}, {table}.*
FROM main.{table}
WHERE {column} = :value
ORDER BY {key}
LIMIT :limit
