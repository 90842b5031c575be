-- SYRIS has no agents: these are derived from its traces, from what followed in them, from tasks
-- and from steps. Each table has a sequence of its own.
SELECT
    run.seq, run.id, run.id, CAST(NULL AS TEXT), CAST(run.kind AS TEXT), 'trace', NULL,
    CAST(run.status AS TEXT), CAST(run.source_status AS TEXT), CAST(run.started_at AS TEXT),
    CAST(run.ended_at AS TEXT), CAST(run.updated_at AS TEXT), NULL, NULL, CAST(run.error AS TEXT)
FROM run
UNION ALL
-- A message that followed in the trace; a model's answers are its calls.
SELECT
    message_events.rowid, message_events.event_id, message_events.trace_id,
    CAST(CASE
        WHEN {message_events.parent_event_id} <> (
            SELECT first.event_id
            FROM main.message_events AS first
            WHERE first.trace_id = message_events.trace_id
            ORDER BY first.rowid
            LIMIT 1
        )
        THEN {message_events.parent_event_id}
        ELSE message_events.trace_id END AS TEXT),
    CAST({message_events.source} AS TEXT), 'event', NULL,
    CAST('completed' AS TEXT), CAST(NULL AS TEXT), CAST({message_events.created_at} AS TEXT),
    CAST({message_events.created_at} AS TEXT), CAST({message_events.created_at} AS TEXT), NULL, NULL, CAST(NULL AS TEXT)
FROM main.message_events
WHERE EXISTS (
    SELECT 1
    FROM main.message_events AS earlier
    WHERE earlier.trace_id = message_events.trace_id AND earlier.rowid < message_events.rowid
)
  AND {message_events.source} <> 'llm'
UNION ALL
SELECT
    tasks.rowid, tasks.task_id, tasks.trace_id,
    CAST(tasks.trace_id AS TEXT),
    CAST({tasks.handler} AS TEXT), 'task', NULL,
    CAST(CASE tasks.status
        WHEN 'pending' THEN 'pending'
        WHEN 'paused' THEN 'paused'
        WHEN 'succeeded' THEN 'completed'
        WHEN 'completed' THEN 'completed'
        WHEN 'failed' THEN 'failed'
        WHEN 'canceled' THEN 'cancelled'
        WHEN 'cancelled' THEN 'cancelled'
        ELSE 'running' END AS TEXT),
    CAST(tasks.status AS TEXT), CAST(coalesce({tasks.started_at}, {tasks.created_at}) AS TEXT),
    CAST({tasks.completed_at} AS TEXT),
    CAST({tasks.updated_at} AS TEXT), NULL, NULL,
    CAST(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END AS TEXT)
FROM main.tasks
UNION ALL
SELECT
    task_steps.rowid, task_steps.step_id, tasks.trace_id, task_steps.task_id, CAST({task_steps.name|tool_name} AS TEXT), 'step', NULL,
    CAST(CASE task_steps.status
        WHEN 'pending' THEN 'pending'
        WHEN 'paused' THEN 'paused'
        WHEN 'succeeded' THEN 'completed'
        WHEN 'completed' THEN 'completed'
        WHEN 'failed' THEN 'failed'
        WHEN 'canceled' THEN 'cancelled'
        WHEN 'cancelled' THEN 'cancelled'
        WHEN 'gated' THEN 'waiting'
        WHEN 'skipped' THEN 'cancelled'
        ELSE 'running' END AS TEXT),
    CAST(task_steps.status AS TEXT), CAST({task_steps.started_at} AS TEXT), CAST({task_steps.ended_at|completed_at} AS TEXT),
    CAST(coalesce({task_steps.updated_at}, {task_steps.ended_at|completed_at}, {task_steps.started_at}) AS TEXT), NULL, NULL,
    CAST(CASE WHEN json_valid({task_steps.error})
         THEN coalesce(json_extract({task_steps.error}, '$.message'), {task_steps.error})
         ELSE {task_steps.error} END AS TEXT)
FROM main.task_steps
LEFT JOIN main.tasks ON tasks.task_id = task_steps.task_id
