-- A call belongs to its step, or to its task, or to its trace. One part, so that it is walked in the
-- order of appending whoever the calls belong to; what belongs to an agent is found by its trace.
SELECT
    tool_calls.rowid, tool_calls.tool_call_id, tool_calls.trace_id,
    coalesce(
        (
            SELECT steps.step_id
            FROM main.steps
            JOIN main.tasks ON tasks.task_id = steps.task_id
            WHERE steps.step_id = tool_calls.step_id AND tasks.trace_id = tool_calls.trace_id
        ),
        (
            SELECT tasks.task_id
            FROM main.tasks
            WHERE tasks.task_id = tool_calls.task_id AND tasks.trace_id = tool_calls.trace_id
        ),
        tool_calls.trace_id
    ),
    NULL,
    {tool_calls.tool_name},
    json_object(
        'connector', CAST({tool_calls.connector_id} AS TEXT),
        'action', CAST({tool_calls.action} AS TEXT),
        'request_hash', CAST({tool_calls.request_hash} AS TEXT)
    ),
    {tool_results.response_hash},
    CASE coalesce({tool_results.status}, tool_calls.status)
        WHEN 'succeeded' THEN 'completed'
        WHEN 'failed' THEN 'failed'
        WHEN 'unknown' THEN 'failed'
        -- attempted, and what nobody documented.
        ELSE 'running' END,
    coalesce({tool_results.status}, tool_calls.status), {tool_calls.risk_level},
    {tool_calls.latency_ms}, {tool_calls.created_at}, {tool_results.resolved_at},
    coalesce(
        CASE WHEN json_valid({tool_results.error})
         THEN coalesce(json_extract({tool_results.error}, '$.message'), {tool_results.error})
         ELSE {tool_results.error} END,
        CASE WHEN coalesce({tool_results.status}, tool_calls.status) = 'unknown'
             THEN 'outcome unknown: it may have been done' END
    )
FROM main.tool_calls
LEFT JOIN main.tool_results ON tool_results.tool_call_id = tool_calls.tool_call_id
OTHERWISE
SELECT
    tool_calls.rowid, tool_calls.tool_call_id, tool_calls.trace_id, tool_calls.trace_id, NULL,
    {tool_calls.tool_name},
    json_object(
        'connector', CAST({tool_calls.connector_id} AS TEXT),
        'action', CAST({tool_calls.action} AS TEXT),
        'request_hash', CAST({tool_calls.request_hash} AS TEXT)
    ),
    {tool_results.response_hash},
    CASE coalesce({tool_results.status}, tool_calls.status)
        WHEN 'succeeded' THEN 'completed'
        WHEN 'failed' THEN 'failed'
        WHEN 'unknown' THEN 'failed'
        -- attempted, and what nobody documented.
        ELSE 'running' END,
    coalesce({tool_results.status}, tool_calls.status), {tool_calls.risk_level},
    {tool_calls.latency_ms}, {tool_calls.created_at}, {tool_results.resolved_at},
    coalesce(
        CASE WHEN json_valid({tool_results.error})
         THEN coalesce(json_extract({tool_results.error}, '$.message'), {tool_results.error})
         ELSE {tool_results.error} END,
        CASE WHEN coalesce({tool_results.status}, tool_calls.status) = 'unknown'
             THEN 'outcome unknown: it may have been done' END
    )
FROM main.tool_calls
LEFT JOIN main.tool_results ON tool_results.tool_call_id = tool_calls.tool_call_id
