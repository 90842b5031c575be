SELECT
    approvals.seq, approvals.id, approvals.run_id, approvals.agent_id, approvals.tool_call_id,
    approvals.kind, approvals.title, approvals.why, approvals.payload, approvals.risk,
    approvals.status, approvals.status, approvals.requested_by, approvals.requested_at,
    approvals.expires_at, approvals.decided_by, approvals.decided_at, approvals.reason,
    approvals.picked_up_at
FROM main.approvals
