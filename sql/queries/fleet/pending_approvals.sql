-- What waits for an answer and of which kind; the payload is left out, it may be large.
SELECT
    approval.id, approval.run_id, approval.agent_id, approval.kind, approval.title,
    approval.requested_at, approval.expires_at
FROM approval
WHERE approval.status = 'pending'
ORDER BY approval.seq
LIMIT :limit
