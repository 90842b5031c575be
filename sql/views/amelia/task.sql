-- A task is the row that began it; the next that ends one of its number ends it.
SELECT
    events.rowid, events.id, NULL, events.workflow_id, 'task',
    coalesce(
        CASE WHEN json_valid(events.data_json)
             THEN json_extract(events.data_json, '$.task_title') END,
        events.message
    ),
    CASE (
        SELECT done.event_type
        FROM main.events AS done
        WHERE done.workflow_id = events.workflow_id
          AND done.sequence > events.sequence
          AND +done.event_type IN ('task_completed', 'task_failed')
          AND (CASE WHEN json_valid(done.data_json) THEN json_extract(done.data_json,
          '$.task_index') END)
              IS (CASE WHEN json_valid(events.data_json) THEN json_extract(events.data_json,
              '$.task_index') END)
        ORDER BY done.sequence
        LIMIT 1
    )
        WHEN 'task_completed' THEN 'completed'
        WHEN 'task_failed' THEN 'failed'
        ELSE CASE workflows.status
            WHEN 'failed' THEN 'failed'
            WHEN 'cancelled' THEN 'cancelled'
            WHEN 'blocked' THEN 'waiting'
            ELSE 'running' END END,
    events.event_type, NULL, NULL, NULL, {events.timestamp},
    (
        SELECT done.timestamp
        FROM main.events AS done
        WHERE done.workflow_id = events.workflow_id
          AND done.sequence > events.sequence
          AND +done.event_type IN ('task_completed', 'task_failed')
          AND (CASE WHEN json_valid(done.data_json) THEN json_extract(done.data_json,
          '$.task_index') END)
              IS (CASE WHEN json_valid(events.data_json) THEN json_extract(events.data_json,
              '$.task_index') END)
        ORDER BY done.sequence
        LIMIT 1
    ),
    {events.timestamp},
    (
        SELECT CASE done.event_type WHEN 'task_failed' THEN done.message END
        FROM main.events AS done
        WHERE done.workflow_id = events.workflow_id
          AND done.sequence > events.sequence
          AND +done.event_type IN ('task_completed', 'task_failed')
          AND (CASE WHEN json_valid(done.data_json) THEN json_extract(done.data_json,
          '$.task_index') END)
              IS (CASE WHEN json_valid(events.data_json) THEN json_extract(events.data_json,
              '$.task_index') END)
        ORDER BY done.sequence
        LIMIT 1
    )
FROM main.events
LEFT JOIN main.workflows ON workflows.id = events.workflow_id
WHERE likelihood(events.event_type = 'task_started', 0.01)
UNION ALL
SELECT
    CAST(workflow_log.rowid + 1000000000000 AS INTEGER), workflow_log.id, NULL,
    workflow_log.workflow_id, 'task',
    coalesce(
        CASE WHEN json_valid(workflow_log.data_json)
             THEN json_extract(workflow_log.data_json, '$.task_title') END,
        workflow_log.message
    ),
    CASE (
        SELECT done.event_type
        FROM main.workflow_log AS done
        WHERE done.workflow_id = workflow_log.workflow_id
          AND done.sequence > workflow_log.sequence
          AND +done.event_type IN ('task_completed', 'task_failed')
          AND (CASE WHEN json_valid(done.data_json) THEN json_extract(done.data_json,
          '$.task_index') END)
              IS (CASE WHEN json_valid(workflow_log.data_json)
                  THEN json_extract(workflow_log.data_json, '$.task_index') END)
        ORDER BY done.sequence
        LIMIT 1
    )
        WHEN 'task_completed' THEN 'completed'
        WHEN 'task_failed' THEN 'failed'
        ELSE CASE workflows.status
            WHEN 'failed' THEN 'failed'
            WHEN 'cancelled' THEN 'cancelled'
            WHEN 'blocked' THEN 'waiting'
            ELSE 'running' END END,
    workflow_log.event_type, NULL, NULL, NULL, {workflow_log.timestamp},
    (
        SELECT done.timestamp
        FROM main.workflow_log AS done
        WHERE done.workflow_id = workflow_log.workflow_id
          AND done.sequence > workflow_log.sequence
          AND +done.event_type IN ('task_completed', 'task_failed')
          AND (CASE WHEN json_valid(done.data_json) THEN json_extract(done.data_json,
          '$.task_index') END)
              IS (CASE WHEN json_valid(workflow_log.data_json)
                  THEN json_extract(workflow_log.data_json, '$.task_index') END)
        ORDER BY done.sequence
        LIMIT 1
    ),
    {workflow_log.timestamp},
    (
        SELECT CASE done.event_type WHEN 'task_failed' THEN done.message END
        FROM main.workflow_log AS done
        WHERE done.workflow_id = workflow_log.workflow_id
          AND done.sequence > workflow_log.sequence
          AND +done.event_type IN ('task_completed', 'task_failed')
          AND (CASE WHEN json_valid(done.data_json) THEN json_extract(done.data_json,
          '$.task_index') END)
              IS (CASE WHEN json_valid(workflow_log.data_json)
                  THEN json_extract(workflow_log.data_json, '$.task_index') END)
        ORDER BY done.sequence
        LIMIT 1
    )
FROM main.workflow_log
LEFT JOIN main.workflows ON workflows.id = workflow_log.workflow_id
WHERE +workflow_log.event_type = 'task_started'
  AND workflow_log.rowid > (SELECT max(newest.rowid) FROM main.workflow_log AS newest) - 5000
  AND NOT EXISTS (SELECT 1 FROM main.events WHERE events.id = workflow_log.id)
OTHERWISE
SELECT
    workflow_log.rowid, workflow_log.id, NULL, workflow_log.workflow_id, 'task',
    coalesce(
        CASE WHEN json_valid(workflow_log.data_json)
             THEN json_extract(workflow_log.data_json, '$.task_title') END,
        workflow_log.message
    ),
    CASE (
        SELECT done.event_type
        FROM main.workflow_log AS done
        WHERE done.workflow_id = workflow_log.workflow_id
          AND done.sequence > workflow_log.sequence
          AND +done.event_type IN ('task_completed', 'task_failed')
          AND (CASE WHEN json_valid(done.data_json) THEN json_extract(done.data_json,
          '$.task_index') END)
              IS (CASE WHEN json_valid(workflow_log.data_json)
                  THEN json_extract(workflow_log.data_json, '$.task_index') END)
        ORDER BY done.sequence
        LIMIT 1
    )
        WHEN 'task_completed' THEN 'completed'
        WHEN 'task_failed' THEN 'failed'
        ELSE CASE workflows.status
            WHEN 'failed' THEN 'failed'
            WHEN 'cancelled' THEN 'cancelled'
            WHEN 'blocked' THEN 'waiting'
            ELSE 'running' END END,
    workflow_log.event_type, NULL, NULL, NULL, {workflow_log.timestamp},
    (
        SELECT done.timestamp
        FROM main.workflow_log AS done
        WHERE done.workflow_id = workflow_log.workflow_id
          AND done.sequence > workflow_log.sequence
          AND +done.event_type IN ('task_completed', 'task_failed')
          AND (CASE WHEN json_valid(done.data_json) THEN json_extract(done.data_json,
          '$.task_index') END)
              IS (CASE WHEN json_valid(workflow_log.data_json)
                  THEN json_extract(workflow_log.data_json, '$.task_index') END)
        ORDER BY done.sequence
        LIMIT 1
    ),
    {workflow_log.timestamp},
    (
        SELECT CASE done.event_type WHEN 'task_failed' THEN done.message END
        FROM main.workflow_log AS done
        WHERE done.workflow_id = workflow_log.workflow_id
          AND done.sequence > workflow_log.sequence
          AND +done.event_type IN ('task_completed', 'task_failed')
          AND (CASE WHEN json_valid(done.data_json) THEN json_extract(done.data_json,
          '$.task_index') END)
              IS (CASE WHEN json_valid(workflow_log.data_json)
                  THEN json_extract(workflow_log.data_json, '$.task_index') END)
        ORDER BY done.sequence
        LIMIT 1
    )
FROM main.workflow_log
LEFT JOIN main.workflows ON workflows.id = workflow_log.workflow_id
WHERE +workflow_log.event_type = 'task_started'
