-- The log is its own trail: what a workflow and its gate went through.
SELECT
    events.rowid, events.id, NULL,
    CASE WHEN events.event_type LIKE 'approval%' THEN 'gate' ELSE 'workflow' END,
    events.event_type,
    CASE events.event_type
        WHEN 'approval_granted' THEN 'success'
        WHEN 'approval_rejected' THEN 'failure'
        WHEN 'workflow_completed' THEN 'success'
        WHEN 'workflow_failed' THEN 'failure'
        ELSE 'info' END,
    {events.message}, CAST(events.agent AS TEXT), NULL, NULL, NULL, events.workflow_id, pair.json,
    events.workflow_id,
    {events.data_json}, {events.timestamp}
FROM main.events
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(events.workflow_id AS TEXT), CAST(events.agent AS TEXT))
    AND events.workflow_id = pair.key
WHERE (+events.event_type LIKE 'approval%' OR +events.event_type LIKE 'workflow%')
UNION ALL
SELECT
    CAST(workflow_log.rowid + 1000000000000 AS INTEGER), workflow_log.id, NULL,
    CASE WHEN workflow_log.event_type LIKE 'approval%' THEN 'gate' ELSE 'workflow' END,
    workflow_log.event_type,
    CASE workflow_log.event_type
        WHEN 'approval_granted' THEN 'success'
        WHEN 'approval_rejected' THEN 'failure'
        WHEN 'workflow_completed' THEN 'success'
        WHEN 'workflow_failed' THEN 'failure'
        ELSE 'info' END,
    {workflow_log.message}, CAST(coalesce({workflow_log.agent}, 'system') AS TEXT), NULL, NULL,
    NULL, workflow_log.workflow_id, pair.json, workflow_log.workflow_id,
    {workflow_log.data_json}, {workflow_log.timestamp}
FROM main.workflow_log
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(workflow_log.workflow_id AS TEXT), CAST(coalesce({workflow_log.agent},
        'system') AS TEXT))
    AND workflow_log.workflow_id = pair.key
WHERE (+workflow_log.event_type LIKE 'approval%' OR +workflow_log.event_type LIKE 'workflow%')
  AND workflow_log.rowid > (SELECT max(newest.rowid) FROM main.workflow_log AS newest) - 5000
  AND NOT EXISTS (SELECT 1 FROM main.events WHERE events.id = workflow_log.id)
OTHERWISE
SELECT
    workflow_log.rowid, workflow_log.id, NULL,
    CASE WHEN workflow_log.event_type LIKE 'approval%' THEN 'gate' ELSE 'workflow' END,
    workflow_log.event_type,
    CASE workflow_log.event_type
        WHEN 'approval_granted' THEN 'success'
        WHEN 'approval_rejected' THEN 'failure'
        WHEN 'workflow_completed' THEN 'success'
        WHEN 'workflow_failed' THEN 'failure'
        ELSE 'info' END,
    {workflow_log.message}, CAST(coalesce({workflow_log.agent}, 'system') AS TEXT), NULL, NULL,
    NULL, workflow_log.workflow_id, pair.json, workflow_log.workflow_id,
    {workflow_log.data_json}, {workflow_log.timestamp}
FROM main.workflow_log
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(workflow_log.workflow_id AS TEXT), CAST(coalesce({workflow_log.agent},
        'system') AS TEXT))
    AND workflow_log.workflow_id = pair.key
WHERE (+workflow_log.event_type LIKE 'approval%' OR +workflow_log.event_type LIKE 'workflow%')
