-- A call is the row of its attempt, which tells its end too, or is followed by a row that does; its
-- id is that row's. It belongs to its step, or to its task, or to its trace. One part, so that it is
-- walked in the order of appending whoever the calls belong to; what belongs to an agent is found by
-- its trace. What a call outside a step was given is not recorded: the row's own id stands there, so
-- that no two calls look the same.
SELECT
    audit_events.rowid, audit_events.audit_id,
    audit_events.trace_id,
    coalesce(
        task_steps.step_id,
        (
            SELECT tasks.task_id
            FROM main.tasks
            WHERE tasks.task_id = audit_events.ref_task_id
              AND tasks.trace_id = audit_events.trace_id
        ),
        audit_events.trace_id
    ),
    NULL,
    coalesce(audit_events.tool_name, audit_events.summary),
    CASE WHEN task_steps.step_id IS NULL THEN json_object('audit', audit_events.audit_id)
         ELSE CAST({task_steps.input_payload} AS TEXT) END,
    CAST({task_steps.output_payload} AS TEXT),
    CASE coalesce(ending.type, audit_events.outcome)
        WHEN 'tool_call.succeeded' THEN 'completed'
        WHEN 'success' THEN 'completed'
        WHEN 'tool_call.failed' THEN 'failed'
        WHEN 'failure' THEN 'failed'
        WHEN 'suppressed' THEN 'cancelled'
        ELSE 'running' END,
    coalesce(ending.type, audit_events.outcome), {audit_events.risk_level},
    coalesce(ending.latency_ms, audit_events.latency_ms), {audit_events.timestamp},
    coalesce(
        ending.timestamp,
        CASE WHEN audit_events.outcome IN ('success', 'failure') THEN audit_events.timestamp END
    ),
    CASE WHEN coalesce(ending.type, audit_events.outcome) IN ('tool_call.failed', 'failure')
         THEN coalesce(ending.summary, audit_events.summary) END
FROM main.audit_events
LEFT JOIN main.task_steps
    ON task_steps.step_id = audit_events.ref_step_id
    AND EXISTS (
        SELECT 1
        FROM main.tasks
        WHERE tasks.task_id = task_steps.task_id AND tasks.trace_id = audit_events.trace_id
    )
LEFT JOIN main.audit_events AS ending ON ending.rowid = (
    SELECT later.rowid
    FROM main.audit_events AS later
    WHERE later.trace_id = audit_events.trace_id
      AND later.rowid > audit_events.rowid
      AND later.type IN ('tool_call.succeeded', 'tool_call.failed')
      AND (
          later.ref_tool_call_id = audit_events.ref_tool_call_id
          OR (
              audit_events.ref_tool_call_id IS NULL
              AND audit_events.outcome = 'info'
              AND later.tool_name IS audit_events.tool_name
          )
      )
    ORDER BY later.rowid
    LIMIT 1
)
WHERE (
    audit_events.type = 'tool_call.attempted'
    OR (
        audit_events.type IN ('tool_call.succeeded', 'tool_call.failed')
        AND NOT EXISTS (
            SELECT 1
            FROM main.audit_events AS earlier
            WHERE earlier.trace_id = audit_events.trace_id
              AND earlier.rowid < audit_events.rowid
              AND earlier.type = 'tool_call.attempted'
              AND (
                  earlier.ref_tool_call_id = audit_events.ref_tool_call_id
                  OR (
                      earlier.ref_tool_call_id IS NULL
                      AND earlier.outcome = 'info'
                      AND earlier.tool_name IS audit_events.tool_name
                  )
              )
        )
    )
)
OTHERWISE
SELECT
    audit_events.rowid, audit_events.audit_id,
    audit_events.trace_id, audit_events.trace_id, NULL,
    coalesce(audit_events.tool_name, audit_events.summary),
    CAST(json_object('audit', audit_events.audit_id) AS TEXT), CAST(NULL AS TEXT),
    CASE coalesce(ending.type, audit_events.outcome)
        WHEN 'tool_call.succeeded' THEN 'completed'
        WHEN 'success' THEN 'completed'
        WHEN 'tool_call.failed' THEN 'failed'
        WHEN 'failure' THEN 'failed'
        WHEN 'suppressed' THEN 'cancelled'
        ELSE 'running' END,
    coalesce(ending.type, audit_events.outcome), {audit_events.risk_level},
    coalesce(ending.latency_ms, audit_events.latency_ms), {audit_events.timestamp},
    coalesce(
        ending.timestamp,
        CASE WHEN audit_events.outcome IN ('success', 'failure') THEN audit_events.timestamp END
    ),
    CASE WHEN coalesce(ending.type, audit_events.outcome) IN ('tool_call.failed', 'failure')
         THEN coalesce(ending.summary, audit_events.summary) END
FROM main.audit_events
LEFT JOIN main.audit_events AS ending ON ending.rowid = (
    SELECT later.rowid
    FROM main.audit_events AS later
    WHERE later.trace_id = audit_events.trace_id
      AND later.rowid > audit_events.rowid
      AND later.type IN ('tool_call.succeeded', 'tool_call.failed')
      AND (
          later.ref_tool_call_id = audit_events.ref_tool_call_id
          OR (
              audit_events.ref_tool_call_id IS NULL
              AND audit_events.outcome = 'info'
              AND later.tool_name IS audit_events.tool_name
          )
      )
    ORDER BY later.rowid
    LIMIT 1
)
WHERE (
    audit_events.type = 'tool_call.attempted'
    OR (
        audit_events.type IN ('tool_call.succeeded', 'tool_call.failed')
        AND NOT EXISTS (
            SELECT 1
            FROM main.audit_events AS earlier
            WHERE earlier.trace_id = audit_events.trace_id
              AND earlier.rowid < audit_events.rowid
              AND earlier.type = 'tool_call.attempted'
              AND (
                  earlier.ref_tool_call_id = audit_events.ref_tool_call_id
                  OR (
                      earlier.ref_tool_call_id IS NULL
                      AND earlier.outcome = 'info'
                      AND earlier.tool_name IS audit_events.tool_name
                  )
              )
        )
    )
)
