-- One page by key; {key} is the row number or the primary key's columns, {after} a comparison.
SELECT {key}, {table}.*
FROM main.{table}
{after}
ORDER BY {order}
LIMIT :limit
