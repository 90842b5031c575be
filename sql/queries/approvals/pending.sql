-- Served by the index on status; the payload is left out, it may be large.
SELECT
    approval.seq, approval.id, approval.run_id, approval.agent_id, approval.tool_call_id,
    approval.kind, approval.title, approval.risk, approval.status, approval.requested_by,
    approval.requested_at, approval.expires_at, approval.decided_by, approval.decided_at,
    approval.reason, approval.picked_up_at, consent.needed, consent.signed, consent.moved_on_at,
    (SELECT run.title FROM run WHERE run.id = approval.run_id),
    (SELECT agent.name FROM agent WHERE agent.id = approval.agent_id)
FROM approval
LEFT JOIN consent ON consent.approval_id = approval.id
WHERE approval.status = 'pending'
ORDER BY approval.seq
LIMIT :limit
