-- The file's tables in the order in which they were made.
SELECT sqlite_master.name
FROM main.sqlite_master
WHERE sqlite_master.type = 'table'
ORDER BY sqlite_master.rowid
