-- Numbered within its gate: a step told twice is two rows, and no clock decides their ids.
INSERT INTO audit (
    id, trace_id, stage, type, outcome, summary, actor, risk, run_id, agent_id, approval_id,
    created_at
)
SELECT
    approvals.id || '-' || (
        SELECT count(*) + 1
        FROM audit
        WHERE audit.approval_id = approvals.id
    ),
    coalesce(approvals.run_id, approvals.id), 'gate', :type, :outcome,
    approvals.title || ': ' || :summary,
    approvals.requested_by, approvals.risk, approvals.run_id, approvals.agent_id, approvals.id, :now
FROM approvals
WHERE approvals.id = :id;
