-- The newest events of one level: served by the index on troubled levels.
SELECT
    event.seq, event.id, event.run_id, event.agent_id, event.level, event.kind,
    substr(event.message, 1, 500), substr(event.details, 1, 2000), event.created_at
FROM event
WHERE event.level = :level
  AND event.seq < :before
ORDER BY event.seq DESC
LIMIT :limit
