SELECT event.created_at
FROM event
ORDER BY event.seq DESC
LIMIT 1
