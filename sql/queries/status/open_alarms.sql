-- Served by the index on status.
SELECT alarm.severity, count(*)
FROM alarm
WHERE alarm.status = 'open'
GROUP BY alarm.severity
