SELECT
    signature.seq, signature.approval_id, signature.signer, signature.outcome, signature.sha256,
    signature.note, signature.shown_ms, signature.signed_at
FROM signature
WHERE signature.approval_id = :id
ORDER BY signature.seq
LIMIT :limit
