-- Columns of a table's newest rows, each combination of their words once. The placeholders are
-- names that the caller has quoted.
SELECT {columns}, count(*)
FROM (
    SELECT {columns}
    FROM main.{table}
    ORDER BY {key} DESC
    LIMIT :limit
) AS newest
GROUP BY {columns}
