-- Whose row this changes has decided; every guard stands in the one statement.
UPDATE approvals
SET status = :outcome, decided_by = :actor, decided_at = :now, reason = :note, updated_at = :now
WHERE id = :id
  AND status = 'pending'
  AND (:expected_risk IS NULL OR risk = :expected_risk)
  AND payload_hash(CAST(payload AS BLOB), :as_shown) = :sha256
  AND (payload_sha256 = :sha256 OR :outcome = 'rejected')
  AND (expires_at IS NULL OR expires_at > :now)
  AND (
      :outcome = 'rejected'
      OR needed <= (
          SELECT count(*)
          FROM approval_signatures
          WHERE approval_signatures.approval_id = approvals.id
            AND approval_signatures.outcome = 'approved'
            AND approval_signatures.payload_sha256 = :sha256
      )
  );
