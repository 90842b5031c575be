-- Compiles only where the table has a row number under this name.
SELECT {name}
FROM main.{table}
LIMIT 0
