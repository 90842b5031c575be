-- The same line of a transcript may be read twice.
INSERT INTO events (run_id, agent_id, level, kind, message, details, created_at)
SELECT :run_id, :agent_id, :level, :kind, :message, :details, :at
FROM (SELECT 1) AS once
WHERE NOT EXISTS (
    SELECT 1
    FROM events
    WHERE events.agent_id = :agent_id AND events.kind = :kind AND events.created_at = :at
);
