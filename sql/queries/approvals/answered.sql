-- The latest gates that are over, with what was asked and the program that asked it.
SELECT
    approval.id, approval.title, approval.why, substr(approval.payload, 1, :most), approval.risk,
    approval.status, approval.requested_at, approval.decided_by, approval.decided_at,
    consent.needed, writer.program
FROM approval
LEFT JOIN consent ON consent.approval_id = approval.id
LEFT JOIN writer ON writer.id = consent.writer_id
WHERE approval.status <> 'pending'
  AND approval.seq < :before
ORDER BY approval.seq DESC
LIMIT :limit
