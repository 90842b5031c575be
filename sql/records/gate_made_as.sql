-- What decides on a gate beside people, if anything does: triggers, and the table's own defaults.
SELECT sqlite_master.name, sqlite_master.sql
FROM sqlite_master
WHERE (sqlite_master.tbl_name = 'approvals' AND sqlite_master.type IN ('table', 'view'))
   OR (sqlite_master.type = 'trigger' AND sqlite_master.sql LIKE '%approvals%');
