-- Our own TEMP VIEWs, as they were made for this file.
SELECT sqlite_temp_master.name, sqlite_temp_master.sql
FROM temp.sqlite_temp_master
WHERE sqlite_temp_master.type = 'view'
