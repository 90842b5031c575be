-- The table of a virtual table's module may be unknown here, and asking for its columns would fail.
SELECT tables.name, columns.name
FROM main.sqlite_master AS tables
JOIN pragma_table_info(tables.name, 'main') AS columns
WHERE tables.type = 'table'
  AND tables.sql LIKE 'CREATE TABLE%'
