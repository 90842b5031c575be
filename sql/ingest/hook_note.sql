-- Said once in a run, however often it is met.
INSERT INTO events (run_id, agent_id, level, kind, message, created_at)
SELECT :run_id, :agent_id, :level, :kind, :message, :now
FROM (SELECT 1) AS once
WHERE NOT EXISTS (
    SELECT 1
    FROM events
    WHERE events.run_id = :run_id AND events.kind = :kind AND events.message = :message
);
