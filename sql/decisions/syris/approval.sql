-- Whose row this changes has decided. Where a file lacks a column its line is left out.
UPDATE approvals
SET status = :status
    , {approvals.decided_by} = :actor -- if approvals.decided_by
    , {approvals.decided_at} = :now -- if approvals.decided_at
    , {approvals.decision_reason|reason} = :note -- if approvals.decision_reason|reason
WHERE approval_id = :id AND status = 'pending';
