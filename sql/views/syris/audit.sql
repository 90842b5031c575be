-- What a gate went through is found by the gate's trace: the trail has no index on the gate.
SELECT
    audit_events.rowid, audit_events.audit_id, {audit_events.trace_id}, {audit_events.stage},
    {audit_events.type}, {audit_events.outcome}, {audit_events.summary},
    {audit_events.connector_id}, {audit_events.tool_name}, {audit_events.risk_level},
    {audit_events.latency_ms}, {audit_events.trace_id}, {audit_events.trace_id},
    {approvals.approval_id},
    -- What is not known is left out of the details.
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
LEFT JOIN main.approvals
    ON approvals.approval_id = {audit_events.ref_approval_id}
    AND {approvals.trace_id} = audit_events.trace_id
OTHERWISE
SELECT
    audit_events.rowid, audit_events.audit_id, {audit_events.trace_id}, {audit_events.stage},
    {audit_events.type}, {audit_events.outcome}, {audit_events.summary},
    {audit_events.connector_id}, {audit_events.tool_name}, {audit_events.risk_level},
    {audit_events.latency_ms}, {audit_events.trace_id}, {audit_events.trace_id},
    {audit_events.ref_approval_id},
    -- What is not known is left out of the details.
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
