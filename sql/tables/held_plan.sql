-- Whether an index finds the rows that hold a value.
EXPLAIN QUERY PLAN
SELECT 1
FROM main.{table}
WHERE {column} = :value
