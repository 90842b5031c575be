SELECT
    approvals.id, approvals.needed,
    (
        SELECT count(*)
        FROM main.approval_signatures
        WHERE approval_signatures.approval_id = approvals.id
          AND approval_signatures.outcome = 'approved'
    ),
    approvals.on_timeout, approvals.moved_on_at, approvals.payload_sha256, approvals.process_id
FROM main.approvals
