-- One signature a person; a new one replaces it where the payload has changed since, or where
-- who approved now rejects. The trail keeps both.
INSERT INTO approval_signatures (
    approval_id, signer, outcome, payload_sha256, note, shown_ms, signed_at
)
SELECT approvals.id, :actor, :outcome, :sha256, :note, :shown_ms, :now
FROM approvals
WHERE approvals.id = :id
  AND approvals.status = 'pending'
  AND (:expected_risk IS NULL OR approvals.risk = :expected_risk)
  AND payload_hash(CAST(approvals.payload AS BLOB), :as_shown) = :sha256
  AND (approvals.payload_sha256 = :sha256 OR :outcome = 'rejected')
  AND (approvals.expires_at IS NULL OR approvals.expires_at > :now)
ON CONFLICT (approval_id, signer) DO UPDATE
SET outcome = excluded.outcome, payload_sha256 = excluded.payload_sha256, note = excluded.note,
    shown_ms = excluded.shown_ms, signed_at = excluded.signed_at
WHERE approval_signatures.outcome <> excluded.outcome
   OR approval_signatures.payload_sha256 <> excluded.payload_sha256;
