-- A view has no key to page by: its first rows.
SELECT {table}.*
FROM main.{table}
LIMIT :limit
