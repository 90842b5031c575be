-- One row again, to see whether it is still open.
SELECT
    approval.seq, approval.id, approval.agent_id, substr(approval.title, 1, 200),
    approval.status, approval.requested_at, approval.decided_at, NULL, NULL,
    substr(approval.reason, 1, 300), approval.expires_at
FROM approval
WHERE approval.seq = :seq
  AND approval.run_id = :run_id
