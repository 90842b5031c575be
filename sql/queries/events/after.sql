-- What was appended since a place in the log, oldest first.
SELECT
    event.seq, event.id, event.run_id, event.agent_id, event.level, event.kind,
    substr(event.message, 1, 500), substr(event.details, 1, 2000), event.created_at
FROM event
WHERE event.seq > :after
ORDER BY event.seq
LIMIT :limit
