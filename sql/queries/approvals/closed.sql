-- Read backwards from the newest; those that still wait are passed over.
SELECT
    approval.seq, approval.id, approval.run_id, approval.agent_id, approval.tool_call_id,
    approval.kind, approval.title, approval.risk, approval.status, approval.requested_by,
    approval.requested_at, approval.expires_at, approval.decided_by, approval.decided_at,
    approval.reason, approval.picked_up_at, consent.needed, consent.signed, consent.moved_on_at,
    run.title, agent.name
FROM approval
LEFT JOIN consent ON consent.approval_id = approval.id
LEFT JOIN run ON run.id = approval.run_id
LEFT JOIN agent ON agent.id = approval.agent_id
WHERE approval.status <> 'pending'
  AND approval.seq < :before
ORDER BY approval.seq DESC
LIMIT :limit
