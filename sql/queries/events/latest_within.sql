-- The newest events of two levels (or one, named twice) among so many lines before a place: for
-- systems that have no index on the level.
SELECT
    near.seq, near.id, near.run_id, near.agent_id, near.level, near.kind,
    substr(near.message, 1, 500), substr(near.details, 1, 2000), near.created_at
FROM (
    SELECT
        event.seq, event.id, event.run_id, event.agent_id, event.level, event.kind, event.message,
        event.details, event.created_at
    FROM event
    WHERE event.seq < :before
    ORDER BY event.seq DESC
    LIMIT :reach
) AS near
WHERE near.level IN (:level, :other)
ORDER BY near.seq DESC
LIMIT :limit
