-- The newest gates, for those that were answered and not picked up. The sequence stands among the
-- columns: only then is a view of several parts read in its order, and no further than the limit.
SELECT
    newest.id, newest.run_id, newest.agent_id, newest.title, newest.status, newest.decided_at,
    newest.picked_up_at
FROM (
    SELECT
        approval.seq, approval.id, approval.run_id, approval.agent_id, approval.title,
        approval.status, approval.decided_at, approval.picked_up_at
    FROM approval
    ORDER BY approval.seq DESC
    LIMIT :limit
) AS newest
ORDER BY newest.seq DESC
