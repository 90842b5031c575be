SELECT
    approvals.approval_id, 1, approvals.status = 'approved', NULL, NULL, NULL, NULL
FROM main.approvals
