-- Served by the index on status; the payload is left out, it may be large. The sequence stands among
-- the columns inside: only then is a view of several parts taken apart, and no payload made.
SELECT
    pending.id, pending.run_id, pending.agent_id, pending.title, pending.risk,
    pending.requested_at, pending.expires_at
FROM (
    SELECT
        approval.seq, approval.id, approval.run_id, approval.agent_id, approval.title,
        approval.risk, approval.requested_at, approval.expires_at
    FROM approval
    WHERE approval.status = 'pending'
    ORDER BY approval.seq
    LIMIT :limit
) AS pending
ORDER BY pending.seq
