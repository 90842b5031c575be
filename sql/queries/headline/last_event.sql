SELECT event.seq
FROM event
ORDER BY event.seq DESC
LIMIT 1
