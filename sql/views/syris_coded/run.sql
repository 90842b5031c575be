-- A run is a trace; it stands under its first event, whose rowid is its place. Its tasks say how it
-- goes, the one that is worst off first; without a task, the last outcome that its audit tells.
SELECT
    traces.seq, traces.id, traces.title, traces.kind, traces.status, traces.source_status, NULL,
    traces.started_at,
    CASE WHEN traces.status IN ('completed', 'failed', 'cancelled') THEN traces.updated_at END,
    traces.updated_at,
    CASE WHEN traces.status = 'failed' THEN traces.error END
FROM (
    SELECT
        message_events.rowid AS seq, message_events.trace_id AS id,
        substr(
            coalesce(
                nullif(trim(CASE WHEN json_valid({message_events.content}) AND json_type({message_events.content}) = 'object'
                 THEN json_extract({message_events.content}, '$.text')
                 ELSE {message_events.content} END), ''),
                {message_events.source} || ' event'
            ),
            1, 200
        ) AS title,
        {message_events.source} AS kind,
        CASE WHEN EXISTS (
            SELECT 1
            FROM main.approvals
            WHERE approvals.trace_id = message_events.trace_id AND +approvals.status = 'pending'
        )
             THEN 'waiting'
             ELSE CASE (
        SELECT min(
            CASE tasks.status
                WHEN 'pending' THEN 2
                WHEN 'paused' THEN 3
                WHEN 'failed' THEN 4
                WHEN 'canceled' THEN 5
                WHEN 'cancelled' THEN 5
                WHEN 'succeeded' THEN 6
                WHEN 'completed' THEN 6
                ELSE 1 END
        )
        FROM main.tasks
        WHERE tasks.trace_id = message_events.trace_id
    )
            WHEN 1 THEN 'running'
            WHEN 2 THEN 'pending'
            WHEN 3 THEN 'paused'
            WHEN 4 THEN 'failed'
            WHEN 5 THEN 'cancelled'
            WHEN 6 THEN 'completed'
            ELSE CASE (
        SELECT audit_events.outcome
        FROM main.audit_events
        WHERE audit_events.trace_id = message_events.trace_id
          AND audit_events.outcome IN ('success', 'failure', 'suppressed')
        ORDER BY audit_events.rowid DESC
        LIMIT 1
    )
            WHEN 'success' THEN 'completed'
            WHEN 'failure' THEN 'failed'
            WHEN 'suppressed' THEN 'cancelled'
            ELSE 'pending' END END END AS status,
        coalesce(
            (
                SELECT tasks.status
                FROM main.tasks
                WHERE tasks.trace_id = message_events.trace_id
                ORDER BY tasks.rowid DESC
                LIMIT 1
            ),
            (
        SELECT audit_events.outcome
        FROM main.audit_events
        WHERE audit_events.trace_id = message_events.trace_id
          AND audit_events.outcome IN ('success', 'failure', 'suppressed')
        ORDER BY audit_events.rowid DESC
        LIMIT 1
    )
        ) AS source_status,
        {message_events.created_at} AS started_at,
        coalesce(
            (
                SELECT audit_events.timestamp
                FROM main.audit_events
                WHERE audit_events.trace_id = message_events.trace_id
                ORDER BY audit_events.rowid DESC
                LIMIT 1
            ),
            {message_events.created_at}
        ) AS updated_at,
        coalesce(
            (
                SELECT CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END
                FROM main.tasks
                WHERE tasks.trace_id = message_events.trace_id AND +tasks.status = 'failed'
                ORDER BY tasks.rowid DESC
                LIMIT 1
            ),
            (
                SELECT audit_events.summary
                FROM main.audit_events
                WHERE audit_events.trace_id = message_events.trace_id AND +audit_events.outcome = 'failure'
                ORDER BY audit_events.rowid DESC
                LIMIT 1
            )
        ) AS error
    FROM main.message_events
    WHERE NOT EXISTS (
        SELECT 1
        FROM main.message_events AS earlier
        WHERE earlier.trace_id = message_events.trace_id AND earlier.rowid < message_events.rowid
    )
) AS traces
OTHERWISE
SELECT
    traces.seq, traces.id, traces.title, traces.kind, traces.status, traces.source_status, NULL,
    traces.started_at,
    CASE WHEN traces.status IN ('completed', 'failed', 'cancelled') THEN traces.updated_at END,
    traces.updated_at,
    CASE WHEN traces.status = 'failed' THEN traces.error END
FROM (
    SELECT
        message_events.rowid AS seq, message_events.trace_id AS id,
        substr(
            coalesce(
                nullif(trim(CASE WHEN json_valid({message_events.content}) AND json_type({message_events.content}) = 'object'
                 THEN json_extract({message_events.content}, '$.text')
                 ELSE {message_events.content} END), ''),
                {message_events.source} || ' event'
            ),
            1, 200
        ) AS title,
        {message_events.source} AS kind,
        CASE WHEN EXISTS (
            SELECT 1
            FROM main.approvals
            WHERE approvals.trace_id = message_events.trace_id AND +approvals.status = 'pending'
        )
             THEN 'waiting'
             ELSE CASE (
        SELECT audit_events.outcome
        FROM main.audit_events
        WHERE audit_events.trace_id = message_events.trace_id
          AND audit_events.outcome IN ('success', 'failure', 'suppressed')
        ORDER BY audit_events.rowid DESC
        LIMIT 1
    )
            WHEN 'success' THEN 'completed'
            WHEN 'failure' THEN 'failed'
            WHEN 'suppressed' THEN 'cancelled'
            ELSE 'pending' END END AS status,
        (
        SELECT audit_events.outcome
        FROM main.audit_events
        WHERE audit_events.trace_id = message_events.trace_id
          AND audit_events.outcome IN ('success', 'failure', 'suppressed')
        ORDER BY audit_events.rowid DESC
        LIMIT 1
    ) AS source_status,
        {message_events.created_at} AS started_at,
        coalesce(
            (
                SELECT audit_events.timestamp
                FROM main.audit_events
                WHERE audit_events.trace_id = message_events.trace_id
                ORDER BY audit_events.rowid DESC
                LIMIT 1
            ),
            {message_events.created_at}
        ) AS updated_at,
        (
                SELECT audit_events.summary
                FROM main.audit_events
                WHERE audit_events.trace_id = message_events.trace_id AND +audit_events.outcome = 'failure'
                ORDER BY audit_events.rowid DESC
                LIMIT 1
            ) AS error
    FROM main.message_events
    WHERE NOT EXISTS (
        SELECT 1
        FROM main.message_events AS earlier
        WHERE earlier.trace_id = message_events.trace_id AND earlier.rowid < message_events.rowid
    )
) AS traces
