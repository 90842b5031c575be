-- One page of gates without their payloads, newest first, where the source finds what is an agent's
-- by its run alone.
SELECT
    approval.seq, approval.id, approval.run_id, approval.agent_id, approval.kind, approval.title,
    substr(approval.why, 1, 2000), approval.risk, approval.status, approval.source_status,
    approval.requested_at, approval.expires_at, approval.decided_by, approval.decided_at,
    substr(approval.reason, 1, 2000), approval.picked_up_at
FROM approval
WHERE approval.agent_id = :id
  AND approval.run_id = :run_id
  AND approval.seq > :after
  AND approval.seq < :before
ORDER BY approval.seq DESC
LIMIT :limit
