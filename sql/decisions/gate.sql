-- payload_hash is given to the connection by data/decisions.py: it hashes the bytes that stand here.
SELECT
    approvals.status, approvals.title, approvals.risk, approvals.needed, approvals.requested_by,
    approvals.requested_at, approvals.expires_at, approvals.decided_by, approvals.decided_at,
    approvals.reason, approvals.payload_sha256,
    payload_hash(CAST(approvals.payload AS BLOB), 0),
    payload_hash(CAST(approvals.payload AS BLOB), 1)
FROM approvals
WHERE approvals.id = :id;
