SELECT consent.approval_id, consent.needed, consent.signed, consent.on_timeout, consent.moved_on_at
FROM consent
WHERE consent.approval_id = :approval_id
LIMIT 1
