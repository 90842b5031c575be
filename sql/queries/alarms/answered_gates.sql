-- The newest gates, for those that were answered and not picked up.
SELECT
    approval.id, approval.run_id, approval.agent_id, approval.title, approval.status,
    approval.decided_at, approval.picked_up_at
FROM approval
ORDER BY approval.seq DESC
LIMIT :limit
