-- One step of a search by time: the log is appended in the order of time.
SELECT event.seq, event.created_at
FROM event
WHERE event.seq >= :seq
ORDER BY event.seq
LIMIT 1
