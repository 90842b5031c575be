SELECT name
FROM sqlite_master
WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@'
ORDER BY name;
