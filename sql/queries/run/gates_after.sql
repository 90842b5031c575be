-- What was appended since the last look, the oldest first.
SELECT
    approval.seq, approval.id, approval.agent_id, substr(approval.title, 1, 200),
    approval.status, approval.requested_at, approval.decided_at, NULL, NULL,
    substr(approval.reason, 1, 300), approval.expires_at
FROM approval
WHERE approval.run_id = :run_id
  AND approval.seq > :after
ORDER BY approval.seq
LIMIT :limit
