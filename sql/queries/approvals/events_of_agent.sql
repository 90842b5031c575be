-- Served by the index on agent_id, from the newest.
SELECT
    event.seq, event.id, event.run_id, event.agent_id, event.level, event.kind, event.message,
    NULL, event.created_at
FROM event
WHERE event.agent_id = :agent_id
ORDER BY event.seq DESC
LIMIT :limit
