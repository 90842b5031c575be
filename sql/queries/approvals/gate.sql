SELECT
    approval.seq, approval.id, approval.run_id, approval.agent_id, approval.tool_call_id,
    approval.kind, approval.title, approval.why, approval.payload, approval.risk, approval.status,
    approval.source_status, approval.requested_by, approval.requested_at, approval.expires_at,
    approval.decided_by, approval.decided_at, approval.reason, approval.picked_up_at
FROM approval
WHERE approval.id = :id
