-- The rows whose foreign key holds a value, in their own order where they have one.
SELECT {key}, {table}.*
FROM main.{table}
WHERE {column} = :value
ORDER BY {order}
LIMIT :limit
