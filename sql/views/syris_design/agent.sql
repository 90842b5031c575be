-- SYRIS has no agents: these are derived from its traces, from what followed in them, from tasks
-- and from steps. Each table has a sequence of its own.
SELECT
    run.seq, run.id, run.id, CAST(NULL AS TEXT), CAST(run.kind AS TEXT), 'trace', NULL,
    CAST(run.status AS TEXT), CAST(run.source_status AS TEXT), CAST(run.started_at AS TEXT),
    CAST(run.ended_at AS TEXT), CAST(run.updated_at AS TEXT), NULL, NULL, CAST(run.error AS TEXT)
FROM run
UNION ALL
-- An event that followed in the trace: of its own, it is over when it is recorded.
SELECT
    events.rowid, events.event_id, events.trace_id,
    CAST(CASE
        WHEN {events.parent_event_id} <> (
            SELECT first.event_id
            FROM main.events AS first
            WHERE first.trace_id = events.trace_id
            ORDER BY first.rowid
            LIMIT 1
        )
        THEN {events.parent_event_id}
        ELSE events.trace_id END AS TEXT),
    CAST({events.connector_id|channel} AS TEXT), 'event', NULL,
    CAST('completed' AS TEXT), CAST(NULL AS TEXT), CAST({events.ingested_at|occurred_at} AS TEXT),
    CAST({events.ingested_at|occurred_at} AS TEXT), CAST({events.ingested_at|occurred_at} AS TEXT), NULL, NULL, CAST(NULL AS TEXT)
FROM main.events
WHERE EXISTS (
    SELECT 1
    FROM main.events AS earlier
    WHERE earlier.trace_id = events.trace_id AND earlier.rowid < events.rowid
)
UNION ALL
SELECT
    tasks.rowid, tasks.task_id, tasks.trace_id,
    CAST(CASE
        WHEN {tasks.trigger_event_id} <> (
            SELECT first.event_id
            FROM main.events AS first
            WHERE first.trace_id = tasks.trace_id
            ORDER BY first.rowid
            LIMIT 1
        )
        THEN {tasks.trigger_event_id}
        ELSE tasks.trace_id END AS TEXT),
    CAST(coalesce(
        CASE WHEN json_valid({tasks.labels}) THEN json_extract({tasks.labels}, '$[0]') END,
        nullif({tasks.labels}, ''), 'task'
    ) AS TEXT), 'task', NULL,
    CAST(CASE tasks.status
        WHEN 'pending' THEN 'pending'
        WHEN 'paused' THEN 'paused'
        WHEN 'succeeded' THEN 'completed'
        WHEN 'completed' THEN 'completed'
        WHEN 'failed' THEN 'failed'
        WHEN 'canceled' THEN 'cancelled'
        WHEN 'cancelled' THEN 'cancelled'
        ELSE 'running' END AS TEXT),
    CAST(tasks.status AS TEXT), CAST({tasks.created_at} AS TEXT),
    CAST(CASE WHEN tasks.status IN ('succeeded', 'failed', 'canceled') THEN {tasks.updated_at} END AS TEXT),
    CAST({tasks.updated_at} AS TEXT), NULL, NULL,
    CAST(coalesce(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END, {tasks.cancel_reason}) AS TEXT)
FROM main.tasks
UNION ALL
SELECT
    steps.rowid, steps.step_id, tasks.trace_id, steps.task_id, CAST({steps.name|tool_name} AS TEXT), 'step', NULL,
    CAST(CASE
        WHEN steps.status = 'running' AND EXISTS (
            SELECT 1
            FROM main.approvals
            WHERE approvals.approval_id = CASE
                    WHEN json_valid({steps.checkpoint})
                    THEN json_extract({steps.checkpoint}, '$.approval_id') END
              AND approvals.status = 'pending'
        ) THEN 'waiting'
        WHEN steps.status = 'pending' THEN 'pending'
        WHEN steps.status = 'paused' THEN 'paused'
        WHEN steps.status = 'succeeded' THEN 'completed'
        WHEN steps.status = 'completed' THEN 'completed'
        WHEN steps.status = 'failed' THEN 'failed'
        WHEN steps.status = 'canceled' THEN 'cancelled'
        WHEN steps.status = 'cancelled' THEN 'cancelled'
        WHEN steps.status = 'gated' THEN 'waiting'
        WHEN steps.status = 'skipped' THEN 'cancelled'
        ELSE 'running' END AS TEXT),
    CAST(steps.status AS TEXT), CAST({steps.started_at} AS TEXT), CAST({steps.ended_at|completed_at} AS TEXT),
    CAST(coalesce({steps.updated_at}, {steps.ended_at|completed_at}, {steps.started_at}) AS TEXT), NULL, NULL,
    CAST(CASE WHEN json_valid({steps.error})
         THEN coalesce(json_extract({steps.error}, '$.message'), {steps.error})
         ELSE {steps.error} END AS TEXT)
FROM main.steps
LEFT JOIN main.tasks ON tasks.task_id = steps.task_id
