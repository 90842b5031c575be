INSERT INTO approval_signatures (
    approval_id, signer, outcome, payload_sha256, note, shown_ms, signed_at
)
VALUES (:approval_id, :signer, :outcome, :payload_sha256, :note, :shown_ms, :signed_at);
