-- How many rows, counted no further than a limit; {table} is a quoted name.
SELECT count(*)
FROM (SELECT 1 FROM main.{table} LIMIT :limit)
