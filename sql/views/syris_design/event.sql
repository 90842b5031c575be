-- What happens in SYRIS is in its audit trail. All that happens in a trace is its root's.
-- Each outcome is a part of its own, with the word as a constant: one is found by its index in the
-- order of appending, and a search for another never looks at it. The casts give all parts the
-- same affinities: only then does SQLite merge them in their order.
SELECT
    audit_events.rowid, audit_events.audit_id, {audit_events.trace_id}, {audit_events.trace_id},
    'error', {audit_events.type}, {audit_events.summary},
    json_patch('{}', json_object(
        'event', CAST({audit_events.ref_event_id} AS TEXT),
        'task', CAST({audit_events.ref_task_id} AS TEXT),
        'step', CAST({audit_events.ref_step_id} AS TEXT),
        'tool_call', CAST({audit_events.ref_tool_call_id} AS TEXT),
        'approval', CAST({audit_events.ref_approval_id} AS TEXT),
        'tool', CAST({audit_events.tool_name} AS TEXT),
        'connector', CAST({audit_events.connector_id} AS TEXT),
        'latency_ms', CASE WHEN typeof({audit_events.latency_ms}) <> 'blob'
            THEN {audit_events.latency_ms} END,
        'risk', CAST({audit_events.risk_level} AS TEXT),
        'autonomy', CAST({audit_events.autonomy_level} AS TEXT),
        'payload_ref', CAST({audit_events.payload_ref} AS TEXT)
    )),
    {audit_events.timestamp}
FROM main.audit_events
WHERE likelihood(audit_events.outcome = 'failure', 0.5)
UNION ALL
SELECT
    audit_events.rowid, audit_events.audit_id, {audit_events.trace_id}, {audit_events.trace_id},
    'warn', {audit_events.type}, {audit_events.summary},
    json_patch('{}', json_object(
        'event', CAST({audit_events.ref_event_id} AS TEXT),
        'task', CAST({audit_events.ref_task_id} AS TEXT),
        'step', CAST({audit_events.ref_step_id} AS TEXT),
        'tool_call', CAST({audit_events.ref_tool_call_id} AS TEXT),
        'approval', CAST({audit_events.ref_approval_id} AS TEXT),
        'tool', CAST({audit_events.tool_name} AS TEXT),
        'connector', CAST({audit_events.connector_id} AS TEXT),
        'latency_ms', CASE WHEN typeof({audit_events.latency_ms}) <> 'blob'
            THEN {audit_events.latency_ms} END,
        'risk', CAST({audit_events.risk_level} AS TEXT),
        'autonomy', CAST({audit_events.autonomy_level} AS TEXT),
        'payload_ref', CAST({audit_events.payload_ref} AS TEXT)
    )),
    {audit_events.timestamp}
FROM main.audit_events
WHERE likelihood(audit_events.outcome = 'suppressed', 0.5)
UNION ALL
SELECT
    audit_events.rowid, audit_events.audit_id, {audit_events.trace_id}, {audit_events.trace_id},
    'info', {audit_events.type}, {audit_events.summary},
    json_patch('{}', json_object(
        'event', CAST({audit_events.ref_event_id} AS TEXT),
        'task', CAST({audit_events.ref_task_id} AS TEXT),
        'step', CAST({audit_events.ref_step_id} AS TEXT),
        'tool_call', CAST({audit_events.ref_tool_call_id} AS TEXT),
        'approval', CAST({audit_events.ref_approval_id} AS TEXT),
        'tool', CAST({audit_events.tool_name} AS TEXT),
        'connector', CAST({audit_events.connector_id} AS TEXT),
        'latency_ms', CASE WHEN typeof({audit_events.latency_ms}) <> 'blob'
            THEN {audit_events.latency_ms} END,
        'risk', CAST({audit_events.risk_level} AS TEXT),
        'autonomy', CAST({audit_events.autonomy_level} AS TEXT),
        'payload_ref', CAST({audit_events.payload_ref} AS TEXT)
    )),
    {audit_events.timestamp}
FROM main.audit_events
WHERE likelihood(audit_events.outcome = 'success', 0.9)
UNION ALL
SELECT
    audit_events.rowid, audit_events.audit_id, {audit_events.trace_id}, {audit_events.trace_id},
    'info', {audit_events.type}, {audit_events.summary},
    json_patch('{}', json_object(
        'event', CAST({audit_events.ref_event_id} AS TEXT),
        'task', CAST({audit_events.ref_task_id} AS TEXT),
        'step', CAST({audit_events.ref_step_id} AS TEXT),
        'tool_call', CAST({audit_events.ref_tool_call_id} AS TEXT),
        'approval', CAST({audit_events.ref_approval_id} AS TEXT),
        'tool', CAST({audit_events.tool_name} AS TEXT),
        'connector', CAST({audit_events.connector_id} AS TEXT),
        'latency_ms', CASE WHEN typeof({audit_events.latency_ms}) <> 'blob'
            THEN {audit_events.latency_ms} END,
        'risk', CAST({audit_events.risk_level} AS TEXT),
        'autonomy', CAST({audit_events.autonomy_level} AS TEXT),
        'payload_ref', CAST({audit_events.payload_ref} AS TEXT)
    )),
    {audit_events.timestamp}
FROM main.audit_events
WHERE likelihood(audit_events.outcome = 'info', 0.9)
UNION ALL
-- A word nobody documented: the ranges between the known ones, so that the index finds it.
SELECT
    CAST(audit_events.rowid AS INTEGER), audit_events.audit_id, {audit_events.trace_id}, {audit_events.trace_id},
    'info', {audit_events.type}, {audit_events.summary},
    json_patch('{}', json_object(
        'event', CAST({audit_events.ref_event_id} AS TEXT),
        'task', CAST({audit_events.ref_task_id} AS TEXT),
        'step', CAST({audit_events.ref_step_id} AS TEXT),
        'tool_call', CAST({audit_events.ref_tool_call_id} AS TEXT),
        'approval', CAST({audit_events.ref_approval_id} AS TEXT),
        'tool', CAST({audit_events.tool_name} AS TEXT),
        'connector', CAST({audit_events.connector_id} AS TEXT),
        'latency_ms', CASE WHEN typeof({audit_events.latency_ms}) <> 'blob'
            THEN {audit_events.latency_ms} END,
        'risk', CAST({audit_events.risk_level} AS TEXT),
        'autonomy', CAST({audit_events.autonomy_level} AS TEXT),
        'payload_ref', CAST({audit_events.payload_ref} AS TEXT)
    )),
    {audit_events.timestamp}
FROM main.audit_events
WHERE (
      unlikely(audit_events.outcome < 'failure')
      OR (audit_events.outcome > 'failure' AND unlikely(audit_events.outcome < 'info'))
      OR (audit_events.outcome > 'info' AND unlikely(audit_events.outcome < 'success'))
      OR (audit_events.outcome > 'success' AND unlikely(audit_events.outcome < 'suppressed'))
      OR unlikely(audit_events.outcome > 'suppressed')
  )
