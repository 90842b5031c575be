-- The row a foreign key points at.
SELECT {key}, {table}.*
FROM main.{table}
WHERE {column} = :value
LIMIT 1
