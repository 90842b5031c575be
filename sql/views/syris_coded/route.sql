-- As coded, how a message was routed is told by the audit trail alone.
SELECT
    audit_events.rowid, audit_events.audit_id, audit_events.trace_id,
    coalesce(
        (
            SELECT message_events.content
            FROM main.message_events
            WHERE message_events.event_id = {audit_events.ref_event_id}
        ),
        {audit_events.ref_event_id}
    ),
    audit_events.summary, NULL, {audit_events.risk_level}, NULL, NULL, {audit_events.timestamp}
FROM main.audit_events
WHERE audit_events.type = 'routing.decided'
