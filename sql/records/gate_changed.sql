UPDATE approvals
SET payload = :payload, payload_sha256 = :payload_sha256, updated_at = :now
WHERE id = :id AND status = 'pending';
