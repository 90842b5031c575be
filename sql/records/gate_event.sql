INSERT INTO events (run_id, agent_id, level, kind, message, created_at)
SELECT
    approvals.run_id, approvals.agent_id, :level, :kind, approvals.title || ': ' || :summary, :now
FROM approvals
WHERE approvals.id = :id;
