-- An agent's id is its workflow and its name as JSON: json_each takes it apart again, so that a
-- search by agent goes through the index on the workflow.
SELECT
    events.rowid, events.id, events.workflow_id, pair.json,
    CASE WHEN {events.is_error} = 1
           OR events.event_type IN ('workflow_failed', 'task_failed', 'system_error') THEN 'error'
         WHEN events.event_type = 'system_warning' THEN 'warn'
         ELSE CASE {events.level}
             WHEN 'error' THEN 'error'
             WHEN 'warning' THEN 'warn'
             WHEN 'info' THEN 'info'
             WHEN 'debug' THEN 'debug'
             WHEN 'trace' THEN 'debug'
             ELSE 'info' END END,
    events.event_type, {events.message}, {events.data_json}, {events.timestamp}
FROM main.events
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(events.workflow_id AS TEXT), CAST(events.agent AS TEXT))
    AND events.workflow_id = pair.key
UNION ALL
-- An upgraded file has both logs. The newer one's rows stand after all of the older's; their number
-- is computed, so only the newest are looked through.
SELECT
    CAST(workflow_log.rowid + 1000000000000 AS INTEGER), workflow_log.id, workflow_log.workflow_id,
    pair.json,
    CASE WHEN {workflow_log.is_error} = 1
           OR workflow_log.event_type IN ('workflow_failed', 'task_failed', 'system_error')
               THEN 'error'
         WHEN workflow_log.event_type = 'system_warning' THEN 'warn'
         ELSE CASE {workflow_log.level}
             WHEN 'error' THEN 'error'
             WHEN 'warning' THEN 'warn'
             WHEN 'info' THEN 'info'
             WHEN 'debug' THEN 'debug'
             WHEN 'trace' THEN 'debug'
             ELSE 'info' END END,
    workflow_log.event_type, {workflow_log.message}, {workflow_log.data_json},
    {workflow_log.timestamp}
FROM main.workflow_log
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(workflow_log.workflow_id AS TEXT), CAST(coalesce({workflow_log.agent},
        'system') AS TEXT))
    AND workflow_log.workflow_id = pair.key
WHERE workflow_log.rowid > (SELECT max(newest.rowid) FROM main.workflow_log AS newest) - 5000
  AND NOT EXISTS (SELECT 1 FROM main.events WHERE events.id = workflow_log.id)
OTHERWISE
SELECT
    workflow_log.rowid, workflow_log.id, workflow_log.workflow_id, pair.json,
    CASE WHEN {workflow_log.is_error} = 1
           OR workflow_log.event_type IN ('workflow_failed', 'task_failed', 'system_error')
               THEN 'error'
         WHEN workflow_log.event_type = 'system_warning' THEN 'warn'
         ELSE CASE {workflow_log.level}
             WHEN 'error' THEN 'error'
             WHEN 'warning' THEN 'warn'
             WHEN 'info' THEN 'info'
             WHEN 'debug' THEN 'debug'
             WHEN 'trace' THEN 'debug'
             ELSE 'info' END END,
    workflow_log.event_type, {workflow_log.message}, {workflow_log.data_json},
    {workflow_log.timestamp}
FROM main.workflow_log
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(workflow_log.workflow_id AS TEXT), CAST(coalesce({workflow_log.agent},
        'system') AS TEXT))
    AND workflow_log.workflow_id = pair.key
