-- What is not read yet, the newest first.
SELECT
    approval.seq, approval.id, approval.agent_id, substr(approval.title, 1, 200),
    approval.status, approval.requested_at, approval.decided_at, NULL, NULL,
    substr(approval.reason, 1, 300), approval.expires_at
FROM approval
WHERE approval.run_id = :run_id
  AND approval.seq < :before
ORDER BY approval.seq DESC
LIMIT :limit
