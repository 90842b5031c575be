-- Each status is a part of its own, with the word as a constant: one is found by its index in the
-- order of appending, and a search for another never looks at it. The casts give all parts the
-- same affinities: only then does SQLite merge them in their order. The likelihoods say that a row's
-- own key or trace finds fewer than a status does.
SELECT
    tasks.rowid, tasks.task_id, CAST(NULL AS TEXT), {tasks.trace_id}, 'task',
    CAST(coalesce(
        CASE WHEN json_valid({tasks.labels}) THEN json_extract({tasks.labels}, '$[0]') END,
        nullif({tasks.labels}, ''), tasks.task_id
    ) AS TEXT),
    CAST('pending' AS TEXT), tasks.status, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
    CAST({tasks.next_wake_time|next_wake_at} AS TEXT), CAST({tasks.created_at} AS TEXT),
    CAST(NULL AS TEXT), CAST({tasks.updated_at} AS TEXT),
    CAST(coalesce(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END, {tasks.cancel_reason}) AS TEXT)
FROM main.tasks
WHERE likelihood(tasks.status = 'pending', 0.05)
UNION ALL
SELECT
    tasks.rowid, tasks.task_id, CAST(NULL AS TEXT), {tasks.trace_id}, 'task',
    CAST(coalesce(
        CASE WHEN json_valid({tasks.labels}) THEN json_extract({tasks.labels}, '$[0]') END,
        nullif({tasks.labels}, ''), tasks.task_id
    ) AS TEXT),
    CAST('running' AS TEXT), tasks.status, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
    CAST({tasks.next_wake_time|next_wake_at} AS TEXT), CAST({tasks.created_at} AS TEXT),
    CAST(NULL AS TEXT), CAST({tasks.updated_at} AS TEXT),
    CAST(coalesce(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END, {tasks.cancel_reason}) AS TEXT)
FROM main.tasks
WHERE likelihood(tasks.status = 'running', 0.05)
UNION ALL
SELECT
    tasks.rowid, tasks.task_id, CAST(NULL AS TEXT), {tasks.trace_id}, 'task',
    CAST(coalesce(
        CASE WHEN json_valid({tasks.labels}) THEN json_extract({tasks.labels}, '$[0]') END,
        nullif({tasks.labels}, ''), tasks.task_id
    ) AS TEXT),
    CAST('paused' AS TEXT), tasks.status, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
    CAST({tasks.next_wake_time|next_wake_at} AS TEXT), CAST({tasks.created_at} AS TEXT),
    CAST(NULL AS TEXT), CAST({tasks.updated_at} AS TEXT),
    CAST(coalesce(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END, {tasks.cancel_reason}) AS TEXT)
FROM main.tasks
WHERE likelihood(tasks.status = 'paused', 0.05)
UNION ALL
SELECT
    tasks.rowid, tasks.task_id, CAST(NULL AS TEXT), {tasks.trace_id}, 'task',
    CAST(coalesce(
        CASE WHEN json_valid({tasks.labels}) THEN json_extract({tasks.labels}, '$[0]') END,
        nullif({tasks.labels}, ''), tasks.task_id
    ) AS TEXT),
    CAST('completed' AS TEXT), tasks.status, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
    CAST({tasks.next_wake_time|next_wake_at} AS TEXT), CAST({tasks.created_at} AS TEXT),
    CAST({tasks.updated_at} AS TEXT), CAST({tasks.updated_at} AS TEXT),
    CAST(coalesce(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END, {tasks.cancel_reason}) AS TEXT)
FROM main.tasks
WHERE likelihood(tasks.status = 'succeeded', 0.05)
UNION ALL
SELECT
    tasks.rowid, tasks.task_id, CAST(NULL AS TEXT), {tasks.trace_id}, 'task',
    CAST(coalesce(
        CASE WHEN json_valid({tasks.labels}) THEN json_extract({tasks.labels}, '$[0]') END,
        nullif({tasks.labels}, ''), tasks.task_id
    ) AS TEXT),
    CAST('failed' AS TEXT), tasks.status, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
    CAST({tasks.next_wake_time|next_wake_at} AS TEXT), CAST({tasks.created_at} AS TEXT),
    CAST({tasks.updated_at} AS TEXT), CAST({tasks.updated_at} AS TEXT),
    CAST(coalesce(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END, {tasks.cancel_reason}) AS TEXT)
FROM main.tasks
WHERE likelihood(tasks.status = 'failed', 0.05)
UNION ALL
SELECT
    tasks.rowid, tasks.task_id, CAST(NULL AS TEXT), {tasks.trace_id}, 'task',
    CAST(coalesce(
        CASE WHEN json_valid({tasks.labels}) THEN json_extract({tasks.labels}, '$[0]') END,
        nullif({tasks.labels}, ''), tasks.task_id
    ) AS TEXT),
    CAST('cancelled' AS TEXT), tasks.status, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
    CAST({tasks.next_wake_time|next_wake_at} AS TEXT), CAST({tasks.created_at} AS TEXT),
    CAST({tasks.updated_at} AS TEXT), CAST({tasks.updated_at} AS TEXT),
    CAST(coalesce(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END, {tasks.cancel_reason}) AS TEXT)
FROM main.tasks
WHERE likelihood(tasks.status = 'canceled', 0.05)
UNION ALL
-- A word nobody documented: the ranges between the known ones, so that the index finds it.
SELECT
    CAST(tasks.rowid AS INTEGER), tasks.task_id, CAST(NULL AS TEXT), {tasks.trace_id}, 'task',
    CAST(coalesce(
        CASE WHEN json_valid({tasks.labels}) THEN json_extract({tasks.labels}, '$[0]') END,
        nullif({tasks.labels}, ''), tasks.task_id
    ) AS TEXT),
    CAST(CASE tasks.status
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        WHEN 'skipped' THEN 'cancelled'
        WHEN 'gated' THEN 'waiting'
        ELSE 'running' END AS TEXT), tasks.status, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
    CAST({tasks.next_wake_time|next_wake_at} AS TEXT), CAST({tasks.created_at} AS TEXT),
    CAST(NULL AS TEXT), CAST({tasks.updated_at} AS TEXT),
    CAST(coalesce(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END, {tasks.cancel_reason}) AS TEXT)
FROM main.tasks
WHERE (
      unlikely(tasks.status < 'canceled')
      OR (tasks.status > 'canceled' AND unlikely(tasks.status < 'failed'))
      OR (tasks.status > 'failed' AND unlikely(tasks.status < 'paused'))
      OR (tasks.status > 'paused' AND unlikely(tasks.status < 'pending'))
      OR (tasks.status > 'pending' AND unlikely(tasks.status < 'running'))
      OR (tasks.status > 'running' AND unlikely(tasks.status < 'succeeded'))
      OR unlikely(tasks.status > 'succeeded')
  )
UNION ALL
SELECT
    steps.rowid, steps.step_id, steps.task_id, CAST(NULL AS TEXT), 'step',
    CAST({steps.name|tool_name} AS TEXT),
    CAST('pending' AS TEXT), steps.status, CAST({steps.attempt|attempt_count} AS INTEGER),
    CAST({steps.max_attempts} AS INTEGER),
    CAST(NULL AS TEXT), CAST({steps.started_at} AS TEXT), CAST({steps.ended_at|completed_at} AS TEXT),
    CAST(coalesce({steps.updated_at}, {steps.ended_at|completed_at}, {steps.started_at}) AS TEXT),
    CAST(CASE WHEN json_valid({steps.error})
         THEN coalesce(json_extract({steps.error}, '$.message'), {steps.error})
         ELSE {steps.error} END AS TEXT)
FROM main.steps
WHERE likelihood(steps.status = 'pending', 0.05)
UNION ALL
SELECT
    steps.rowid, steps.step_id, steps.task_id, CAST(NULL AS TEXT), 'step',
    CAST({steps.name|tool_name} AS TEXT),
    CAST(CASE WHEN EXISTS (
        SELECT 1
        FROM main.approvals
        WHERE approvals.approval_id = CASE
                WHEN json_valid({steps.checkpoint})
                THEN json_extract({steps.checkpoint}, '$.approval_id') END
          AND approvals.status = 'pending'
    ) THEN 'waiting' ELSE 'running' END AS TEXT), steps.status, CAST({steps.attempt|attempt_count} AS INTEGER),
    CAST({steps.max_attempts} AS INTEGER),
    CAST(NULL AS TEXT), CAST({steps.started_at} AS TEXT), CAST({steps.ended_at|completed_at} AS TEXT),
    CAST(coalesce({steps.updated_at}, {steps.ended_at|completed_at}, {steps.started_at}) AS TEXT),
    CAST(CASE WHEN json_valid({steps.error})
         THEN coalesce(json_extract({steps.error}, '$.message'), {steps.error})
         ELSE {steps.error} END AS TEXT)
FROM main.steps
WHERE likelihood(steps.status = 'running', 0.05)
UNION ALL
SELECT
    steps.rowid, steps.step_id, steps.task_id, CAST(NULL AS TEXT), 'step',
    CAST({steps.name|tool_name} AS TEXT),
    CAST('paused' AS TEXT), steps.status, CAST({steps.attempt|attempt_count} AS INTEGER),
    CAST({steps.max_attempts} AS INTEGER),
    CAST(NULL AS TEXT), CAST({steps.started_at} AS TEXT), CAST({steps.ended_at|completed_at} AS TEXT),
    CAST(coalesce({steps.updated_at}, {steps.ended_at|completed_at}, {steps.started_at}) AS TEXT),
    CAST(CASE WHEN json_valid({steps.error})
         THEN coalesce(json_extract({steps.error}, '$.message'), {steps.error})
         ELSE {steps.error} END AS TEXT)
FROM main.steps
WHERE likelihood(steps.status = 'paused', 0.05)
UNION ALL
SELECT
    steps.rowid, steps.step_id, steps.task_id, CAST(NULL AS TEXT), 'step',
    CAST({steps.name|tool_name} AS TEXT),
    CAST('completed' AS TEXT), steps.status, CAST({steps.attempt|attempt_count} AS INTEGER),
    CAST({steps.max_attempts} AS INTEGER),
    CAST(NULL AS TEXT), CAST({steps.started_at} AS TEXT), CAST({steps.ended_at|completed_at} AS TEXT),
    CAST(coalesce({steps.updated_at}, {steps.ended_at|completed_at}, {steps.started_at}) AS TEXT),
    CAST(CASE WHEN json_valid({steps.error})
         THEN coalesce(json_extract({steps.error}, '$.message'), {steps.error})
         ELSE {steps.error} END AS TEXT)
FROM main.steps
WHERE likelihood(steps.status = 'succeeded', 0.05)
UNION ALL
SELECT
    steps.rowid, steps.step_id, steps.task_id, CAST(NULL AS TEXT), 'step',
    CAST({steps.name|tool_name} AS TEXT),
    CAST('failed' AS TEXT), steps.status, CAST({steps.attempt|attempt_count} AS INTEGER),
    CAST({steps.max_attempts} AS INTEGER),
    CAST(NULL AS TEXT), CAST({steps.started_at} AS TEXT), CAST({steps.ended_at|completed_at} AS TEXT),
    CAST(coalesce({steps.updated_at}, {steps.ended_at|completed_at}, {steps.started_at}) AS TEXT),
    CAST(CASE WHEN json_valid({steps.error})
         THEN coalesce(json_extract({steps.error}, '$.message'), {steps.error})
         ELSE {steps.error} END AS TEXT)
FROM main.steps
WHERE likelihood(steps.status = 'failed', 0.05)
UNION ALL
SELECT
    CAST(steps.rowid AS INTEGER), steps.step_id, steps.task_id, CAST(NULL AS TEXT), 'step',
    CAST({steps.name|tool_name} AS TEXT),
    CAST(CASE steps.status
        WHEN 'completed' THEN 'completed'
        WHEN 'canceled' THEN 'cancelled'
        WHEN 'cancelled' THEN 'cancelled'
        WHEN 'skipped' THEN 'cancelled'
        WHEN 'gated' THEN 'waiting'
        ELSE 'running' END AS TEXT), steps.status, CAST({steps.attempt|attempt_count} AS INTEGER),
    CAST({steps.max_attempts} AS INTEGER),
    CAST(NULL AS TEXT), CAST({steps.started_at} AS TEXT), CAST({steps.ended_at|completed_at} AS TEXT),
    CAST(coalesce({steps.updated_at}, {steps.ended_at|completed_at}, {steps.started_at}) AS TEXT),
    CAST(CASE WHEN json_valid({steps.error})
         THEN coalesce(json_extract({steps.error}, '$.message'), {steps.error})
         ELSE {steps.error} END AS TEXT)
FROM main.steps
WHERE (
      unlikely(steps.status < 'failed')
      OR (steps.status > 'failed' AND unlikely(steps.status < 'paused'))
      OR (steps.status > 'paused' AND unlikely(steps.status < 'pending'))
      OR (steps.status > 'pending' AND unlikely(steps.status < 'running'))
      OR (steps.status > 'running' AND unlikely(steps.status < 'succeeded'))
      OR unlikely(steps.status > 'succeeded')
  )
