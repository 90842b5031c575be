-- The payload only up to a size that can be laid out while somebody waits.
SELECT
    approval.id, approval.risk, substr(approval.why, 1, 2000), approval.requested_by,
    approval.decided_by, approval.reason, substr(approval.payload, 1, :payload_limit)
FROM approval
WHERE approval.seq = :seq
  AND approval.run_id = :run_id
