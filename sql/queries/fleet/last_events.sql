-- The newest events of one agent: its rhythm, and whether it still has one.
SELECT event.seq, event.kind, event.message, event.level, event.created_at
FROM event
WHERE event.agent_id = :agent_id
ORDER BY event.seq DESC
LIMIT :limit
