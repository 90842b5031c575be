-- A result names no call: the agent's next one in the log is taken for it.
SELECT
    events.rowid, events.id, events.workflow_id, pair.json, NULL,
    coalesce({events.tool_name}, events.message), {events.tool_input_json|data_json},
    (
        SELECT result.message
        FROM main.events AS result
        WHERE result.workflow_id = events.workflow_id
          AND result.sequence > events.sequence
          AND result.agent = events.agent
          AND +result.event_type = 'claude_tool_result'
        ORDER BY result.sequence
        LIMIT 1
    ),
    CASE coalesce((
        SELECT result.is_error
        FROM main.events AS result
        WHERE result.workflow_id = events.workflow_id
          AND result.sequence > events.sequence
          AND result.agent = events.agent
          AND +result.event_type = 'claude_tool_result'
        ORDER BY result.sequence
        LIMIT 1
    ), -1)
        WHEN 0 THEN 'completed'
        WHEN 1 THEN 'failed'
        ELSE 'running' END,
    events.event_type, NULL, NULL, {events.timestamp},
    (
        SELECT result.timestamp
        FROM main.events AS result
        WHERE result.workflow_id = events.workflow_id
          AND result.sequence > events.sequence
          AND result.agent = events.agent
          AND +result.event_type = 'claude_tool_result'
        ORDER BY result.sequence
        LIMIT 1
    ),
    NULL
FROM main.events
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(events.workflow_id AS TEXT), CAST(events.agent AS TEXT))
    AND events.workflow_id = pair.key
WHERE likelihood(events.event_type = 'claude_tool_call', 0.01)
