SELECT
    consent.approval_id, consent.needed, consent.signed, consent.on_timeout, consent.moved_on_at,
    consent.sha256, consent.writer_id
FROM consent
WHERE consent.approval_id = :id
