-- Numbered within its gate: a step told twice is two rows, and no clock decides their ids.
INSERT INTO audit (
    id, trace_id, stage, type, outcome, summary, actor, risk, latency_ms, run_id, agent_id,
    approval_id, details, created_at
)
SELECT
    approvals.id || '-' || (
        SELECT count(*) + 1
        FROM audit
        WHERE audit.approval_id = approvals.id
    ),
    coalesce(approvals.run_id, approvals.id), 'gate', :type, :audit_outcome, :summary, :actor,
    approvals.risk, :latency_ms, approvals.run_id, approvals.agent_id, approvals.id, :details, :now
FROM approvals
WHERE approvals.id = :id;
