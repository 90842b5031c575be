SELECT
    event.seq, event.id, event.run_id, event.agent_id, event.level, event.kind, event.message,
    event.details, event.created_at
FROM event
WHERE event.seq < :before
ORDER BY event.seq DESC
LIMIT :limit
