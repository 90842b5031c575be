-- Served by the index on status; the payload is left out, it may be large.
SELECT
    approval.id, approval.run_id, approval.agent_id, approval.title, approval.risk,
    approval.requested_at, approval.expires_at
FROM approval
WHERE approval.status = 'pending'
ORDER BY approval.seq
LIMIT :limit
