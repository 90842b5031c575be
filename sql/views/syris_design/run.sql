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
        events.rowid AS seq, events.trace_id AS id,
        substr(
            coalesce(
                nullif(trim(CASE WHEN json_valid({events.text|content_text|content}) AND json_type({events.text|content_text|content}) = 'object'
                 THEN json_extract({events.text|content_text|content}, '$.text')
                 ELSE {events.text|content_text|content} END), ''),
                {events.channel} || ' event'
            ),
            1, 200
        ) AS title,
        {events.channel} AS kind,
        CASE WHEN EXISTS (
            SELECT 1
            FROM main.approvals
            WHERE approvals.trace_id = events.trace_id AND +approvals.status = 'pending'
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
        WHERE tasks.trace_id = events.trace_id
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
        WHERE audit_events.trace_id = events.trace_id
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
                WHERE tasks.trace_id = events.trace_id
                ORDER BY tasks.rowid DESC
                LIMIT 1
            ),
            (
        SELECT audit_events.outcome
        FROM main.audit_events
        WHERE audit_events.trace_id = events.trace_id
          AND audit_events.outcome IN ('success', 'failure', 'suppressed')
        ORDER BY audit_events.rowid DESC
        LIMIT 1
    )
        ) AS source_status,
        {events.ingested_at|occurred_at} AS started_at,
        coalesce(
            (
                SELECT audit_events.timestamp
                FROM main.audit_events
                WHERE audit_events.trace_id = events.trace_id
                ORDER BY audit_events.rowid DESC
                LIMIT 1
            ),
            {events.ingested_at|occurred_at}
        ) AS updated_at,
        coalesce(
            (
                SELECT CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END
                FROM main.tasks
                WHERE tasks.trace_id = events.trace_id AND +tasks.status = 'failed'
                ORDER BY tasks.rowid DESC
                LIMIT 1
            ),
            (
                SELECT audit_events.summary
                FROM main.audit_events
                WHERE audit_events.trace_id = events.trace_id AND +audit_events.outcome = 'failure'
                ORDER BY audit_events.rowid DESC
                LIMIT 1
            )
        ) AS error
    FROM main.events
    WHERE NOT EXISTS (
        SELECT 1
        FROM main.events AS earlier
        WHERE earlier.trace_id = events.trace_id AND earlier.rowid < events.rowid
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
        events.rowid AS seq, events.trace_id AS id,
        substr(
            coalesce(
                nullif(trim(CASE WHEN json_valid({events.text|content_text|content}) AND json_type({events.text|content_text|content}) = 'object'
                 THEN json_extract({events.text|content_text|content}, '$.text')
                 ELSE {events.text|content_text|content} END), ''),
                {events.channel} || ' event'
            ),
            1, 200
        ) AS title,
        {events.channel} AS kind,
        CASE WHEN EXISTS (
            SELECT 1
            FROM main.approvals
            WHERE approvals.trace_id = events.trace_id AND +approvals.status = 'pending'
        )
             THEN 'waiting'
             ELSE CASE (
        SELECT audit_events.outcome
        FROM main.audit_events
        WHERE audit_events.trace_id = events.trace_id
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
        WHERE audit_events.trace_id = events.trace_id
          AND audit_events.outcome IN ('success', 'failure', 'suppressed')
        ORDER BY audit_events.rowid DESC
        LIMIT 1
    ) AS source_status,
        {events.ingested_at|occurred_at} AS started_at,
        coalesce(
            (
                SELECT audit_events.timestamp
                FROM main.audit_events
                WHERE audit_events.trace_id = events.trace_id
                ORDER BY audit_events.rowid DESC
                LIMIT 1
            ),
            {events.ingested_at|occurred_at}
        ) AS updated_at,
        (
                SELECT audit_events.summary
                FROM main.audit_events
                WHERE audit_events.trace_id = events.trace_id AND +audit_events.outcome = 'failure'
                ORDER BY audit_events.rowid DESC
                LIMIT 1
            ) AS error
    FROM main.events
    WHERE NOT EXISTS (
        SELECT 1
        FROM main.events AS earlier
        WHERE earlier.trace_id = events.trace_id AND earlier.rowid < events.rowid
    )
) AS traces
