SELECT status, decided_by, reason, payload_sha256
FROM approvals
WHERE id = :id;
