-- What happens in SYRIS is in its audit trail. All that happens in a trace is its root's.
SELECT
    audit_events.rowid, audit_events.audit_id, {audit_events.trace_id}, {audit_events.trace_id},
    CASE {audit_events.outcome}
        WHEN 'failure' THEN 'error'
        WHEN 'suppressed' THEN 'warn'
        ELSE 'info' END, {audit_events.type}, {audit_events.summary},
    json_patch('{}', json_object(
        'event', {audit_events.ref_event_id}, 'task', {audit_events.ref_task_id},
        'step', {audit_events.ref_step_id}, 'tool_call', {audit_events.ref_tool_call_id},
        'approval', {audit_events.ref_approval_id}, 'tool', {audit_events.tool_name},
        'connector', {audit_events.connector_id}, 'latency_ms', {audit_events.latency_ms},
        'risk', {audit_events.risk_level}, 'autonomy', {audit_events.autonomy_level},
        'payload_ref', {audit_events.payload_ref}
    )),
    {audit_events.timestamp}
FROM main.audit_events
