-- Every table and view of the file itself, our own TEMP VIEWs left out.
SELECT sqlite_master.name, sqlite_master.type, sqlite_master.sql
FROM main.sqlite_master
WHERE sqlite_master.type IN ('table', 'view')
  AND sqlite_master.name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY sqlite_master.name
