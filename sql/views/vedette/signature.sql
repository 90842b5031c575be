SELECT
    approval_signatures.seq, approval_signatures.approval_id, approval_signatures.signer,
    approval_signatures.outcome, approval_signatures.payload_sha256, approval_signatures.note,
    approval_signatures.shown_ms, approval_signatures.signed_at
FROM main.approval_signatures
