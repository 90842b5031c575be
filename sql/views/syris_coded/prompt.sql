-- A model's answer, and the message it answers. The model, the tokens and the price are not stored.
SELECT
    message_events.rowid, message_events.event_id, message_events.trace_id,
    message_events.trace_id, 'chat', NULL, NULL, 'completed', NULL,
    (
        SELECT question.content
        FROM main.message_events AS question
        WHERE question.event_id = {message_events.parent_event_id}
    ),
    {message_events.content}, NULL, NULL, NULL, NULL, NULL, NULL,
    (
        SELECT audit_events.latency_ms
        FROM main.audit_events
        WHERE audit_events.trace_id = message_events.trace_id
          AND audit_events.type = 'llm.conversation'
        ORDER BY audit_events.rowid DESC
        LIMIT 1
    ),
    coalesce(
        (
            SELECT question.created_at
            FROM main.message_events AS question
            WHERE question.event_id = {message_events.parent_event_id}
        ),
        {message_events.created_at}
    ),
    {message_events.created_at}, NULL
FROM main.message_events
WHERE {message_events.source} = 'llm'
