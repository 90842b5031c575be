SELECT
    approval_signatures.signer, approval_signatures.outcome, approval_signatures.payload_sha256,
    approval_signatures.signed_at
FROM approval_signatures
WHERE approval_signatures.approval_id = :id
ORDER BY approval_signatures.seq;
