-- Each status is a part of its own, with the word as a constant: one is found by its index in the
-- order of appending, and a search for another never looks at it. The casts give all parts the
-- same affinities: only then does SQLite merge them in their order. The likelihoods say that a row's
-- own key or trace finds fewer than a status does.
SELECT
    tasks.rowid, tasks.task_id, CAST(NULL AS TEXT), {tasks.trace_id}, 'task',
    CAST({tasks.handler} AS TEXT),
    CAST('pending' AS TEXT), tasks.status, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
    CAST(NULL AS TEXT), CAST(coalesce({tasks.started_at}, {tasks.created_at}) AS TEXT),
    CAST({tasks.completed_at} AS TEXT), CAST({tasks.updated_at} AS TEXT),
    CAST(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END AS TEXT)
FROM main.tasks
WHERE likelihood(tasks.status = 'pending', 0.05)
UNION ALL
SELECT
    tasks.rowid, tasks.task_id, CAST(NULL AS TEXT), {tasks.trace_id}, 'task',
    CAST({tasks.handler} AS TEXT),
    CAST('running' AS TEXT), tasks.status, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
    CAST(NULL AS TEXT), CAST(coalesce({tasks.started_at}, {tasks.created_at}) AS TEXT),
    CAST({tasks.completed_at} AS TEXT), CAST({tasks.updated_at} AS TEXT),
    CAST(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END AS TEXT)
FROM main.tasks
WHERE likelihood(tasks.status = 'running', 0.05)
UNION ALL
SELECT
    tasks.rowid, tasks.task_id, CAST(NULL AS TEXT), {tasks.trace_id}, 'task',
    CAST({tasks.handler} AS TEXT),
    CAST(CASE WHEN EXISTS (
        SELECT 1
        FROM main.task_steps
        WHERE task_steps.task_id = tasks.task_id AND task_steps.status = 'gated'
    ) THEN 'waiting' ELSE 'paused' END AS TEXT), tasks.status, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
    CAST(NULL AS TEXT), CAST(coalesce({tasks.started_at}, {tasks.created_at}) AS TEXT),
    CAST({tasks.completed_at} AS TEXT), CAST({tasks.updated_at} AS TEXT),
    CAST(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END AS TEXT)
FROM main.tasks
WHERE likelihood(tasks.status = 'paused', 0.05)
OTHERWISE
SELECT
    tasks.rowid, tasks.task_id, CAST(NULL AS TEXT), {tasks.trace_id}, 'task',
    CAST({tasks.handler} AS TEXT),
    CAST('paused' AS TEXT), tasks.status, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
    CAST(NULL AS TEXT), CAST(coalesce({tasks.started_at}, {tasks.created_at}) AS TEXT),
    CAST({tasks.completed_at} AS TEXT), CAST({tasks.updated_at} AS TEXT),
    CAST(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END AS TEXT)
FROM main.tasks
WHERE likelihood(tasks.status = 'paused', 0.05)
UNION ALL
SELECT
    tasks.rowid, tasks.task_id, CAST(NULL AS TEXT), {tasks.trace_id}, 'task',
    CAST({tasks.handler} AS TEXT),
    CAST('completed' AS TEXT), tasks.status, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
    CAST(NULL AS TEXT), CAST(coalesce({tasks.started_at}, {tasks.created_at}) AS TEXT),
    CAST({tasks.completed_at} AS TEXT), CAST({tasks.updated_at} AS TEXT),
    CAST(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END AS TEXT)
FROM main.tasks
WHERE likelihood(tasks.status = 'completed', 0.05)
UNION ALL
SELECT
    tasks.rowid, tasks.task_id, CAST(NULL AS TEXT), {tasks.trace_id}, 'task',
    CAST({tasks.handler} AS TEXT),
    CAST('failed' AS TEXT), tasks.status, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
    CAST(NULL AS TEXT), CAST(coalesce({tasks.started_at}, {tasks.created_at}) AS TEXT),
    CAST({tasks.completed_at} AS TEXT), CAST({tasks.updated_at} AS TEXT),
    CAST(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END AS TEXT)
FROM main.tasks
WHERE likelihood(tasks.status = 'failed', 0.05)
UNION ALL
SELECT
    tasks.rowid, tasks.task_id, CAST(NULL AS TEXT), {tasks.trace_id}, 'task',
    CAST({tasks.handler} AS TEXT),
    CAST('cancelled' AS TEXT), tasks.status, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
    CAST(NULL AS TEXT), CAST(coalesce({tasks.started_at}, {tasks.created_at}) AS TEXT),
    CAST({tasks.completed_at} AS TEXT), CAST({tasks.updated_at} AS TEXT),
    CAST(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END AS TEXT)
FROM main.tasks
WHERE likelihood(tasks.status = 'cancelled', 0.05)
UNION ALL
-- A word nobody documented: the ranges between the known ones, so that the index finds it.
SELECT
    CAST(tasks.rowid AS INTEGER), tasks.task_id, CAST(NULL AS TEXT), {tasks.trace_id}, 'task',
    CAST({tasks.handler} AS TEXT),
    CAST(CASE tasks.status
        WHEN 'succeeded' THEN 'completed'
        WHEN 'canceled' THEN 'cancelled'
        WHEN 'skipped' THEN 'cancelled'
        WHEN 'gated' THEN 'waiting'
        ELSE 'running' END AS TEXT), tasks.status, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
    CAST(NULL AS TEXT), CAST(coalesce({tasks.started_at}, {tasks.created_at}) AS TEXT),
    CAST({tasks.completed_at} AS TEXT), CAST({tasks.updated_at} AS TEXT),
    CAST(CASE WHEN json_valid({tasks.error})
         THEN coalesce(json_extract({tasks.error}, '$.message'), {tasks.error})
         ELSE {tasks.error} END AS TEXT)
FROM main.tasks
WHERE (
      unlikely(tasks.status < 'cancelled')
      OR (tasks.status > 'cancelled' AND unlikely(tasks.status < 'completed'))
      OR (tasks.status > 'completed' AND unlikely(tasks.status < 'failed'))
      OR (tasks.status > 'failed' AND unlikely(tasks.status < 'paused'))
      OR (tasks.status > 'paused' AND unlikely(tasks.status < 'pending'))
      OR (tasks.status > 'pending' AND unlikely(tasks.status < 'running'))
      OR unlikely(tasks.status > 'running')
  )
UNION ALL
SELECT
    task_steps.rowid, task_steps.step_id, task_steps.task_id, CAST(NULL AS TEXT), 'step',
    CAST({task_steps.name|tool_name} AS TEXT),
    CAST('pending' AS TEXT), task_steps.status, CAST({task_steps.attempt|attempt_count} AS INTEGER),
    CAST({task_steps.max_attempts} AS INTEGER),
    CAST(NULL AS TEXT), CAST({task_steps.started_at} AS TEXT), CAST({task_steps.ended_at|completed_at} AS TEXT),
    CAST(coalesce({task_steps.updated_at}, {task_steps.ended_at|completed_at}, {task_steps.started_at}) AS TEXT),
    CAST(CASE WHEN json_valid({task_steps.error})
         THEN coalesce(json_extract({task_steps.error}, '$.message'), {task_steps.error})
         ELSE {task_steps.error} END AS TEXT)
FROM main.task_steps
WHERE likelihood(task_steps.status = 'pending', 0.05)
UNION ALL
SELECT
    task_steps.rowid, task_steps.step_id, task_steps.task_id, CAST(NULL AS TEXT), 'step',
    CAST({task_steps.name|tool_name} AS TEXT),
    CAST('running' AS TEXT), task_steps.status, CAST({task_steps.attempt|attempt_count} AS INTEGER),
    CAST({task_steps.max_attempts} AS INTEGER),
    CAST(NULL AS TEXT), CAST({task_steps.started_at} AS TEXT), CAST({task_steps.ended_at|completed_at} AS TEXT),
    CAST(coalesce({task_steps.updated_at}, {task_steps.ended_at|completed_at}, {task_steps.started_at}) AS TEXT),
    CAST(CASE WHEN json_valid({task_steps.error})
         THEN coalesce(json_extract({task_steps.error}, '$.message'), {task_steps.error})
         ELSE {task_steps.error} END AS TEXT)
FROM main.task_steps
WHERE likelihood(task_steps.status = 'running', 0.05)
UNION ALL
SELECT
    task_steps.rowid, task_steps.step_id, task_steps.task_id, CAST(NULL AS TEXT), 'step',
    CAST({task_steps.name|tool_name} AS TEXT),
    CAST('completed' AS TEXT), task_steps.status, CAST({task_steps.attempt|attempt_count} AS INTEGER),
    CAST({task_steps.max_attempts} AS INTEGER),
    CAST(NULL AS TEXT), CAST({task_steps.started_at} AS TEXT), CAST({task_steps.ended_at|completed_at} AS TEXT),
    CAST(coalesce({task_steps.updated_at}, {task_steps.ended_at|completed_at}, {task_steps.started_at}) AS TEXT),
    CAST(CASE WHEN json_valid({task_steps.error})
         THEN coalesce(json_extract({task_steps.error}, '$.message'), {task_steps.error})
         ELSE {task_steps.error} END AS TEXT)
FROM main.task_steps
WHERE likelihood(task_steps.status = 'completed', 0.05)
UNION ALL
SELECT
    task_steps.rowid, task_steps.step_id, task_steps.task_id, CAST(NULL AS TEXT), 'step',
    CAST({task_steps.name|tool_name} AS TEXT),
    CAST('failed' AS TEXT), task_steps.status, CAST({task_steps.attempt|attempt_count} AS INTEGER),
    CAST({task_steps.max_attempts} AS INTEGER),
    CAST(NULL AS TEXT), CAST({task_steps.started_at} AS TEXT), CAST({task_steps.ended_at|completed_at} AS TEXT),
    CAST(coalesce({task_steps.updated_at}, {task_steps.ended_at|completed_at}, {task_steps.started_at}) AS TEXT),
    CAST(CASE WHEN json_valid({task_steps.error})
         THEN coalesce(json_extract({task_steps.error}, '$.message'), {task_steps.error})
         ELSE {task_steps.error} END AS TEXT)
FROM main.task_steps
WHERE likelihood(task_steps.status = 'failed', 0.05)
UNION ALL
SELECT
    task_steps.rowid, task_steps.step_id, task_steps.task_id, CAST(NULL AS TEXT), 'step',
    CAST({task_steps.name|tool_name} AS TEXT),
    CAST('cancelled' AS TEXT), task_steps.status, CAST({task_steps.attempt|attempt_count} AS INTEGER),
    CAST({task_steps.max_attempts} AS INTEGER),
    CAST(NULL AS TEXT), CAST({task_steps.started_at} AS TEXT), CAST({task_steps.ended_at|completed_at} AS TEXT),
    CAST(coalesce({task_steps.updated_at}, {task_steps.ended_at|completed_at}, {task_steps.started_at}) AS TEXT),
    CAST(CASE WHEN json_valid({task_steps.error})
         THEN coalesce(json_extract({task_steps.error}, '$.message'), {task_steps.error})
         ELSE {task_steps.error} END AS TEXT)
FROM main.task_steps
WHERE likelihood(task_steps.status = 'skipped', 0.05)
UNION ALL
SELECT
    task_steps.rowid, task_steps.step_id, task_steps.task_id, CAST(NULL AS TEXT), 'step',
    CAST({task_steps.name|tool_name} AS TEXT),
    CAST('waiting' AS TEXT), task_steps.status, CAST({task_steps.attempt|attempt_count} AS INTEGER),
    CAST({task_steps.max_attempts} AS INTEGER),
    CAST(NULL AS TEXT), CAST({task_steps.started_at} AS TEXT), CAST({task_steps.ended_at|completed_at} AS TEXT),
    CAST(coalesce({task_steps.updated_at}, {task_steps.ended_at|completed_at}, {task_steps.started_at}) AS TEXT),
    CAST(CASE WHEN json_valid({task_steps.error})
         THEN coalesce(json_extract({task_steps.error}, '$.message'), {task_steps.error})
         ELSE {task_steps.error} END AS TEXT)
FROM main.task_steps
WHERE likelihood(task_steps.status = 'gated', 0.05)
UNION ALL
SELECT
    CAST(task_steps.rowid AS INTEGER), task_steps.step_id, task_steps.task_id, CAST(NULL AS TEXT), 'step',
    CAST({task_steps.name|tool_name} AS TEXT),
    CAST(CASE task_steps.status
        WHEN 'succeeded' THEN 'completed'
        WHEN 'canceled' THEN 'cancelled'
        WHEN 'cancelled' THEN 'cancelled'
        ELSE 'running' END AS TEXT), task_steps.status, CAST({task_steps.attempt|attempt_count} AS INTEGER),
    CAST({task_steps.max_attempts} AS INTEGER),
    CAST(NULL AS TEXT), CAST({task_steps.started_at} AS TEXT), CAST({task_steps.ended_at|completed_at} AS TEXT),
    CAST(coalesce({task_steps.updated_at}, {task_steps.ended_at|completed_at}, {task_steps.started_at}) AS TEXT),
    CAST(CASE WHEN json_valid({task_steps.error})
         THEN coalesce(json_extract({task_steps.error}, '$.message'), {task_steps.error})
         ELSE {task_steps.error} END AS TEXT)
FROM main.task_steps
WHERE (
      unlikely(task_steps.status < 'completed')
      OR (task_steps.status > 'completed' AND unlikely(task_steps.status < 'failed'))
      OR (task_steps.status > 'failed' AND unlikely(task_steps.status < 'gated'))
      OR (task_steps.status > 'gated' AND unlikely(task_steps.status < 'pending'))
      OR (task_steps.status > 'pending' AND unlikely(task_steps.status < 'running'))
      OR (task_steps.status > 'running' AND unlikely(task_steps.status < 'skipped'))
      OR unlikely(task_steps.status > 'skipped')
  )
