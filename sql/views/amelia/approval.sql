-- A blocked workflow is a gate; its id is the workflow's. What was answered stands in the log.
SELECT
    CAST(coalesce(
        (
        SELECT asked.rowid
        FROM main.workflow_log AS asked
        WHERE asked.workflow_id = workflows.id
          AND +asked.event_type = 'approval_required'
        ORDER BY asked.sequence DESC
        LIMIT 1
    ) + 1000000000000,
        (
        SELECT asked.rowid
        FROM main.events AS asked
        WHERE asked.workflow_id = workflows.id
          AND +asked.event_type = 'approval_required'
        ORDER BY asked.sequence DESC
        LIMIT 1
    ),
        workflows.rowid
    ) AS INTEGER), workflows.id, workflows.id,
    json_object(CAST(workflows.id AS TEXT), 'human_approval'),
    NULL, 'plan',
    'plan for ' || workflows.issue_id
        || CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 ': ' || json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.goal'), ''
             )
             ELSE '' END,
    NULL,
    coalesce(
        CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.plan_markdown'),
                 json_extract(
                     CAST({workflows.plan_cache|state_json} AS TEXT),
                     '$.execution_state.plan_markdown'
                 )
             ) END,
        CAST({workflows.plan_cache|state_json} AS TEXT), ''
    ),
    'unknown', 'pending', workflows.status, 'architect',
    CAST(coalesce(
        (
        SELECT asked.timestamp
        FROM main.workflow_log AS asked
        WHERE asked.workflow_id = workflows.id
          AND +asked.event_type = 'approval_required'
        ORDER BY asked.sequence DESC
        LIMIT 1
    ),
        (
        SELECT asked.timestamp
        FROM main.events AS asked
        WHERE asked.workflow_id = workflows.id
          AND +asked.event_type = 'approval_required'
        ORDER BY asked.sequence DESC
        LIMIT 1
    ),
        {workflows.started_at}, {workflows.created_at}
    ) AS TEXT), NULL, NULL, CAST(NULL AS TEXT), NULL, NULL
FROM main.workflows
WHERE workflows.status = 'blocked'
OTHERWISE
SELECT
    CAST(coalesce((
        SELECT asked.rowid
        FROM main.events AS asked
        WHERE asked.workflow_id = workflows.id
          AND +asked.event_type = 'approval_required'
        ORDER BY asked.sequence DESC
        LIMIT 1
    ), workflows.rowid) AS INTEGER), workflows.id, workflows.id,
    json_object(CAST(workflows.id AS TEXT), 'human_approval'),
    NULL, 'plan',
    'plan for ' || workflows.issue_id
        || CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 ': ' || json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.goal'), ''
             )
             ELSE '' END,
    NULL,
    coalesce(
        CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.plan_markdown'),
                 json_extract(
                     CAST({workflows.plan_cache|state_json} AS TEXT),
                     '$.execution_state.plan_markdown'
                 )
             ) END,
        CAST({workflows.plan_cache|state_json} AS TEXT), ''
    ),
    'unknown', 'pending', workflows.status, 'architect',
    CAST(coalesce((
        SELECT asked.timestamp
        FROM main.events AS asked
        WHERE asked.workflow_id = workflows.id
          AND +asked.event_type = 'approval_required'
        ORDER BY asked.sequence DESC
        LIMIT 1
    ), {workflows.started_at}, {workflows.created_at}) AS TEXT), NULL, NULL, CAST(NULL AS TEXT),
    NULL, NULL
FROM main.workflows
WHERE workflows.status = 'blocked'
OTHERWISE
SELECT
    CAST(coalesce((
        SELECT asked.rowid
        FROM main.workflow_log AS asked
        WHERE asked.workflow_id = workflows.id
          AND +asked.event_type = 'approval_required'
        ORDER BY asked.sequence DESC
        LIMIT 1
    ), workflows.rowid) AS INTEGER), workflows.id, workflows.id,
    json_object(CAST(workflows.id AS TEXT), 'human_approval'),
    NULL, 'plan',
    'plan for ' || workflows.issue_id
        || CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 ': ' || json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.goal'), ''
             )
             ELSE '' END,
    NULL,
    coalesce(
        CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.plan_markdown'),
                 json_extract(
                     CAST({workflows.plan_cache|state_json} AS TEXT),
                     '$.execution_state.plan_markdown'
                 )
             ) END,
        CAST({workflows.plan_cache|state_json} AS TEXT), ''
    ),
    'unknown', 'pending', workflows.status, 'architect',
    CAST(coalesce((
        SELECT asked.timestamp
        FROM main.workflow_log AS asked
        WHERE asked.workflow_id = workflows.id
          AND +asked.event_type = 'approval_required'
        ORDER BY asked.sequence DESC
        LIMIT 1
    ), {workflows.started_at}, {workflows.created_at}) AS TEXT), NULL, NULL, CAST(NULL AS TEXT),
    NULL, NULL
FROM main.workflows
WHERE workflows.status = 'blocked'
OTHERWISE
SELECT
    workflows.rowid, workflows.id, workflows.id,
    json_object(CAST(workflows.id AS TEXT), 'human_approval'),
    NULL, 'plan',
    'plan for ' || workflows.issue_id
        || CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 ': ' || json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.goal'), ''
             )
             ELSE '' END,
    NULL,
    coalesce(
        CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.plan_markdown'),
                 json_extract(
                     CAST({workflows.plan_cache|state_json} AS TEXT),
                     '$.execution_state.plan_markdown'
                 )
             ) END,
        CAST({workflows.plan_cache|state_json} AS TEXT), ''
    ),
    'unknown', 'pending', workflows.status, 'architect',
    CAST(coalesce({workflows.started_at}, {workflows.created_at}) AS TEXT), NULL, NULL,
    CAST(NULL AS TEXT), NULL, NULL
FROM main.workflows
WHERE workflows.status = 'blocked'
UNION ALL
SELECT
    events.rowid, events.workflow_id, events.workflow_id,
    json_object(CAST(workflows.id AS TEXT), 'human_approval'),
    NULL, 'plan',
    'plan for ' || workflows.issue_id
        || CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 ': ' || json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.goal'), ''
             )
             ELSE '' END,
    NULL,
    coalesce(
        CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.plan_markdown'),
                 json_extract(
                     CAST({workflows.plan_cache|state_json} AS TEXT),
                     '$.execution_state.plan_markdown'
                 )
             ) END,
        CAST({workflows.plan_cache|state_json} AS TEXT), ''
    ),
    'unknown', 'approved', events.event_type, 'architect',
    CAST((
        SELECT asked.timestamp
        FROM main.events AS asked
        WHERE asked.workflow_id = workflows.id
          AND asked.sequence < events.sequence
          AND +asked.event_type = 'approval_required'
        ORDER BY asked.sequence DESC
        LIMIT 1
    ) AS TEXT), NULL, NULL, CAST({events.timestamp} AS TEXT),
    NULL, NULL
FROM main.events
CROSS JOIN main.workflows ON workflows.id = events.workflow_id
WHERE likelihood(events.event_type = 'approval_granted', 0.01)
  AND +workflows.status <> 'blocked'
  AND NOT EXISTS (
      SELECT 1
      FROM main.events AS later
      WHERE later.workflow_id = events.workflow_id
        AND later.sequence > events.sequence
        AND +later.event_type IN ('approval_granted', 'approval_rejected')
  )
UNION ALL
-- This log has no index on the kind of its rows: the newest are looked through.
SELECT
    CAST(workflow_log.rowid + 1000000000000 AS INTEGER), workflow_log.workflow_id,
    workflow_log.workflow_id,
    json_object(CAST(workflows.id AS TEXT), 'human_approval'),
    NULL, 'plan',
    'plan for ' || workflows.issue_id
        || CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 ': ' || json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.goal'), ''
             )
             ELSE '' END,
    NULL,
    coalesce(
        CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.plan_markdown'),
                 json_extract(
                     CAST({workflows.plan_cache|state_json} AS TEXT),
                     '$.execution_state.plan_markdown'
                 )
             ) END,
        CAST({workflows.plan_cache|state_json} AS TEXT), ''
    ),
    'unknown', 'approved', workflow_log.event_type, 'architect',
    CAST((
        SELECT asked.timestamp
        FROM main.workflow_log AS asked
        WHERE asked.workflow_id = workflows.id
          AND asked.sequence < workflow_log.sequence
          AND +asked.event_type = 'approval_required'
        ORDER BY asked.sequence DESC
        LIMIT 1
    ) AS TEXT), NULL, NULL, CAST({workflow_log.timestamp} AS TEXT),
    NULL, NULL
FROM main.workflow_log
CROSS JOIN main.workflows ON workflows.id = workflow_log.workflow_id
WHERE +workflow_log.event_type = 'approval_granted'
  AND +workflows.status <> 'blocked'
  AND NOT EXISTS (
      SELECT 1
      FROM main.workflow_log AS later
      WHERE later.workflow_id = workflow_log.workflow_id
        AND later.sequence > workflow_log.sequence
        AND +later.event_type IN ('approval_granted', 'approval_rejected')
  )
  AND workflow_log.rowid > (SELECT max(newest.rowid) FROM main.workflow_log AS newest) - 5000
  AND NOT EXISTS (SELECT 1 FROM main.events WHERE events.id = workflow_log.id)
OTHERWISE
SELECT
    workflow_log.rowid, workflow_log.workflow_id, workflow_log.workflow_id,
    json_object(CAST(workflows.id AS TEXT), 'human_approval'),
    NULL, 'plan',
    'plan for ' || workflows.issue_id
        || CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 ': ' || json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.goal'), ''
             )
             ELSE '' END,
    NULL,
    coalesce(
        CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.plan_markdown'),
                 json_extract(
                     CAST({workflows.plan_cache|state_json} AS TEXT),
                     '$.execution_state.plan_markdown'
                 )
             ) END,
        CAST({workflows.plan_cache|state_json} AS TEXT), ''
    ),
    'unknown', 'approved', workflow_log.event_type, 'architect',
    CAST((
        SELECT asked.timestamp
        FROM main.workflow_log AS asked
        WHERE asked.workflow_id = workflows.id
          AND asked.sequence < workflow_log.sequence
          AND +asked.event_type = 'approval_required'
        ORDER BY asked.sequence DESC
        LIMIT 1
    ) AS TEXT), NULL, NULL, CAST({workflow_log.timestamp} AS TEXT),
    NULL, NULL
FROM main.workflow_log
CROSS JOIN main.workflows ON workflows.id = workflow_log.workflow_id
WHERE +workflow_log.event_type = 'approval_granted'
  AND +workflows.status <> 'blocked'
  AND NOT EXISTS (
      SELECT 1
      FROM main.workflow_log AS later
      WHERE later.workflow_id = workflow_log.workflow_id
        AND later.sequence > workflow_log.sequence
        AND +later.event_type IN ('approval_granted', 'approval_rejected')
  )
  AND workflow_log.rowid > (SELECT max(newest.rowid) FROM main.workflow_log AS newest) - 10000
UNION ALL
SELECT
    events.rowid, events.workflow_id, events.workflow_id,
    json_object(CAST(workflows.id AS TEXT), 'human_approval'),
    NULL, 'plan',
    'plan for ' || workflows.issue_id
        || CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 ': ' || json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.goal'), ''
             )
             ELSE '' END,
    NULL,
    coalesce(
        CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.plan_markdown'),
                 json_extract(
                     CAST({workflows.plan_cache|state_json} AS TEXT),
                     '$.execution_state.plan_markdown'
                 )
             ) END,
        CAST({workflows.plan_cache|state_json} AS TEXT), ''
    ),
    'unknown', 'rejected', events.event_type, 'architect',
    CAST((
        SELECT asked.timestamp
        FROM main.events AS asked
        WHERE asked.workflow_id = workflows.id
          AND asked.sequence < events.sequence
          AND +asked.event_type = 'approval_required'
        ORDER BY asked.sequence DESC
        LIMIT 1
    ) AS TEXT), NULL, NULL, CAST({events.timestamp} AS TEXT),
    CASE WHEN {events.message} LIKE 'Plan rejected: %' THEN substr({events.message}, 16)
         ELSE {events.message} END, NULL
FROM main.events
CROSS JOIN main.workflows ON workflows.id = events.workflow_id
WHERE likelihood(events.event_type = 'approval_rejected', 0.01)
  AND +workflows.status <> 'blocked'
  AND NOT EXISTS (
      SELECT 1
      FROM main.events AS later
      WHERE later.workflow_id = events.workflow_id
        AND later.sequence > events.sequence
        AND +later.event_type IN ('approval_granted', 'approval_rejected')
  )
UNION ALL
-- This log has no index on the kind of its rows: the newest are looked through.
SELECT
    CAST(workflow_log.rowid + 1000000000000 AS INTEGER), workflow_log.workflow_id,
    workflow_log.workflow_id,
    json_object(CAST(workflows.id AS TEXT), 'human_approval'),
    NULL, 'plan',
    'plan for ' || workflows.issue_id
        || CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 ': ' || json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.goal'), ''
             )
             ELSE '' END,
    NULL,
    coalesce(
        CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.plan_markdown'),
                 json_extract(
                     CAST({workflows.plan_cache|state_json} AS TEXT),
                     '$.execution_state.plan_markdown'
                 )
             ) END,
        CAST({workflows.plan_cache|state_json} AS TEXT), ''
    ),
    'unknown', 'rejected', workflow_log.event_type, 'architect',
    CAST((
        SELECT asked.timestamp
        FROM main.workflow_log AS asked
        WHERE asked.workflow_id = workflows.id
          AND asked.sequence < workflow_log.sequence
          AND +asked.event_type = 'approval_required'
        ORDER BY asked.sequence DESC
        LIMIT 1
    ) AS TEXT), NULL, NULL, CAST({workflow_log.timestamp} AS TEXT),
    CASE WHEN {workflow_log.message} LIKE 'Plan rejected: %' THEN substr({workflow_log.message}, 16)
         ELSE {workflow_log.message} END, NULL
FROM main.workflow_log
CROSS JOIN main.workflows ON workflows.id = workflow_log.workflow_id
WHERE +workflow_log.event_type = 'approval_rejected'
  AND +workflows.status <> 'blocked'
  AND NOT EXISTS (
      SELECT 1
      FROM main.workflow_log AS later
      WHERE later.workflow_id = workflow_log.workflow_id
        AND later.sequence > workflow_log.sequence
        AND +later.event_type IN ('approval_granted', 'approval_rejected')
  )
  AND workflow_log.rowid > (SELECT max(newest.rowid) FROM main.workflow_log AS newest) - 5000
  AND NOT EXISTS (SELECT 1 FROM main.events WHERE events.id = workflow_log.id)
OTHERWISE
SELECT
    workflow_log.rowid, workflow_log.workflow_id, workflow_log.workflow_id,
    json_object(CAST(workflows.id AS TEXT), 'human_approval'),
    NULL, 'plan',
    'plan for ' || workflows.issue_id
        || CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 ': ' || json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.goal'), ''
             )
             ELSE '' END,
    NULL,
    coalesce(
        CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.plan_markdown'),
                 json_extract(
                     CAST({workflows.plan_cache|state_json} AS TEXT),
                     '$.execution_state.plan_markdown'
                 )
             ) END,
        CAST({workflows.plan_cache|state_json} AS TEXT), ''
    ),
    'unknown', 'rejected', workflow_log.event_type, 'architect',
    CAST((
        SELECT asked.timestamp
        FROM main.workflow_log AS asked
        WHERE asked.workflow_id = workflows.id
          AND asked.sequence < workflow_log.sequence
          AND +asked.event_type = 'approval_required'
        ORDER BY asked.sequence DESC
        LIMIT 1
    ) AS TEXT), NULL, NULL, CAST({workflow_log.timestamp} AS TEXT),
    CASE WHEN {workflow_log.message} LIKE 'Plan rejected: %' THEN substr({workflow_log.message}, 16)
         ELSE {workflow_log.message} END, NULL
FROM main.workflow_log
CROSS JOIN main.workflows ON workflows.id = workflow_log.workflow_id
WHERE +workflow_log.event_type = 'approval_rejected'
  AND +workflows.status <> 'blocked'
  AND NOT EXISTS (
      SELECT 1
      FROM main.workflow_log AS later
      WHERE later.workflow_id = workflow_log.workflow_id
        AND later.sequence > workflow_log.sequence
        AND +later.event_type IN ('approval_granted', 'approval_rejected')
  )
  AND workflow_log.rowid > (SELECT max(newest.rowid) FROM main.workflow_log AS newest) - 10000
