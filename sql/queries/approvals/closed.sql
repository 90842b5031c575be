-- Read backwards from the newest; those that still wait are passed over.
SELECT
    approval.seq, approval.id, approval.run_id, approval.agent_id, approval.tool_call_id,
    approval.kind, approval.title, approval.risk, approval.status, approval.requested_by,
    approval.requested_at, approval.expires_at, approval.decided_by, approval.decided_at,
    approval.reason, approval.picked_up_at, consent.needed, consent.signed, consent.moved_on_at,
    (SELECT run.title FROM run WHERE run.id = approval.run_id),
    (SELECT agent.name FROM agent WHERE agent.id = approval.agent_id)
FROM approval
LEFT JOIN consent ON consent.approval_id = approval.id
WHERE approval.status <> 'pending'
  AND approval.seq < :before
ORDER BY approval.seq DESC
LIMIT :limit
