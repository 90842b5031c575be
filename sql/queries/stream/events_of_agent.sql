-- The newest events of a stretch. Errors are picked from it by the reader: a search for them would
-- read every event of an agent that has none.
SELECT
    event.seq, event.id, event.run_id, event.agent_id, event.level, event.kind,
    CASE WHEN event.level = 'error' THEN substr(event.message, 1, 4000) END, event.created_at
FROM event
WHERE event.agent_id = :id
  AND event.seq > :after
  AND event.seq < :before
ORDER BY event.seq DESC
LIMIT :limit
