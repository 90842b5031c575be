-- An agent is a name within a workflow; its place is that of its first row in the log.
SELECT
    events.rowid, pair.json, events.workflow_id, NULL, events.agent, 'agent',
    (
        SELECT {token_usage.model}
        FROM main.token_usage
        WHERE token_usage.workflow_id = events.workflow_id AND +token_usage.agent = events.agent
        ORDER BY token_usage.rowid DESC
        LIMIT 1
    ),
    -- Amelia has no agents, so a state of theirs is told by the workflow's and by who spoke last.
    CASE workflows.status
        WHEN 'pending' THEN 'pending'
        WHEN 'blocked' THEN CASE events.agent WHEN 'human_approval' THEN 'waiting' ELSE 'paused' END
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        ELSE CASE WHEN events.agent IS (
            SELECT newest.agent
            FROM main.events AS newest
            WHERE newest.workflow_id = events.workflow_id AND newest.agent <> 'system'
            ORDER BY newest.sequence DESC
            LIMIT 1
        ) THEN CASE workflows.status WHEN 'failed' THEN 'failed' ELSE 'running' END
          WHEN workflows.status = 'failed' THEN 'cancelled'
          ELSE 'paused' END END,
    workflows.status, {events.timestamp}, {workflows.completed_at},
    (
        SELECT newest.timestamp
        FROM main.events AS newest
        WHERE newest.workflow_id = events.workflow_id AND newest.agent = events.agent
        ORDER BY newest.sequence DESC
        LIMIT 1
    ),
    (
        -- No call cost nothing; calls without a price have no cost.
        SELECT CASE WHEN count(*) = 0 THEN 0.0 ELSE sum({token_usage.cost_usd}) END
        FROM main.token_usage
        WHERE token_usage.workflow_id = events.workflow_id AND +token_usage.agent = events.agent
    ),
    NULL,
    CASE WHEN workflows.status = 'failed' AND events.agent = 'human_approval'
         THEN {workflows.failure_reason} END
FROM main.events
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(events.workflow_id AS TEXT), CAST(events.agent AS TEXT))
    AND events.workflow_id = pair.key
LEFT JOIN main.workflows ON workflows.id = events.workflow_id
-- The first row of the pair: the search goes backwards, where one like it is near.
WHERE (
    SELECT earlier.rowid
    FROM main.events AS earlier
    WHERE earlier.workflow_id = events.workflow_id
      AND earlier.sequence < events.sequence
      AND earlier.agent = events.agent
    ORDER BY earlier.sequence DESC
    LIMIT 1
) IS NULL
UNION ALL
SELECT
    CAST(workflow_log.rowid + 1000000000000 AS INTEGER), pair.json, workflow_log.workflow_id, NULL,
    CAST(coalesce({workflow_log.agent}, 'system') AS TEXT), 'agent',
    (
        SELECT {token_usage.model}
        FROM main.token_usage
        WHERE token_usage.workflow_id = workflow_log.workflow_id
            AND +token_usage.agent = coalesce({workflow_log.agent}, 'system')
        ORDER BY token_usage.rowid DESC
        LIMIT 1
    ),
    -- Amelia has no agents, so a state of theirs is told by the workflow's and by who spoke last.
    CASE workflows.status
        WHEN 'pending' THEN 'pending'
        WHEN 'blocked' THEN CASE coalesce({workflow_log.agent}, 'system') WHEN 'human_approval'
            THEN 'waiting' ELSE 'paused' END
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        ELSE CASE WHEN coalesce({workflow_log.agent}, 'system') IS (
            SELECT coalesce(newest.agent, 'system')
            FROM main.workflow_log AS newest
            WHERE newest.workflow_id = workflow_log.workflow_id AND coalesce(newest.agent, 'system')
                <> 'system'
            ORDER BY newest.sequence DESC
            LIMIT 1
        ) THEN CASE workflows.status WHEN 'failed' THEN 'failed' ELSE 'running' END
          WHEN workflows.status = 'failed' THEN 'cancelled'
          ELSE 'paused' END END,
    workflows.status, {workflow_log.timestamp}, {workflows.completed_at},
    (
        SELECT newest.timestamp
        FROM main.workflow_log AS newest
        WHERE newest.workflow_id = workflow_log.workflow_id AND coalesce(newest.agent,
        'system') = coalesce({workflow_log.agent}, 'system')
        ORDER BY newest.sequence DESC
        LIMIT 1
    ),
    (
        -- No call cost nothing; calls without a price have no cost.
        SELECT CASE WHEN count(*) = 0 THEN 0.0 ELSE sum({token_usage.cost_usd}) END
        FROM main.token_usage
        WHERE token_usage.workflow_id = workflow_log.workflow_id
            AND +token_usage.agent = coalesce({workflow_log.agent}, 'system')
    ),
    NULL,
    CASE WHEN workflows.status = 'failed' AND coalesce({workflow_log.agent},
    'system') = 'human_approval'
         THEN {workflows.failure_reason} END
FROM main.workflow_log
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(workflow_log.workflow_id AS TEXT), CAST(coalesce({workflow_log.agent},
        'system') AS TEXT))
    AND workflow_log.workflow_id = pair.key
LEFT JOIN main.workflows ON workflows.id = workflow_log.workflow_id
-- The first row of the pair: the search goes backwards, where one like it is near.
WHERE (
    SELECT earlier.rowid
    FROM main.workflow_log AS earlier
    WHERE earlier.workflow_id = workflow_log.workflow_id
      AND earlier.sequence < workflow_log.sequence
      AND coalesce(earlier.agent, 'system') = coalesce({workflow_log.agent}, 'system')
    ORDER BY earlier.sequence DESC
    LIMIT 1
) IS NULL
  AND workflow_log.rowid > (SELECT max(newest.rowid) FROM main.workflow_log AS newest) - 5000
  AND NOT EXISTS (
      SELECT 1
      FROM main.events AS same
      WHERE same.workflow_id = workflow_log.workflow_id
          AND same.agent = coalesce({workflow_log.agent}, 'system')
  )
OTHERWISE
SELECT
    workflow_log.rowid, pair.json, workflow_log.workflow_id, NULL,
    CAST(coalesce({workflow_log.agent}, 'system') AS TEXT), 'agent',
    (
        SELECT {token_usage.model}
        FROM main.token_usage
        WHERE token_usage.workflow_id = workflow_log.workflow_id
            AND +token_usage.agent = coalesce({workflow_log.agent}, 'system')
        ORDER BY token_usage.rowid DESC
        LIMIT 1
    ),
    -- Amelia has no agents, so a state of theirs is told by the workflow's and by who spoke last.
    CASE workflows.status
        WHEN 'pending' THEN 'pending'
        WHEN 'blocked' THEN CASE coalesce({workflow_log.agent}, 'system') WHEN 'human_approval'
            THEN 'waiting' ELSE 'paused' END
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        ELSE CASE WHEN coalesce({workflow_log.agent}, 'system') IS (
            SELECT coalesce(newest.agent, 'system')
            FROM main.workflow_log AS newest
            WHERE newest.workflow_id = workflow_log.workflow_id AND coalesce(newest.agent, 'system')
                <> 'system'
            ORDER BY newest.sequence DESC
            LIMIT 1
        ) THEN CASE workflows.status WHEN 'failed' THEN 'failed' ELSE 'running' END
          WHEN workflows.status = 'failed' THEN 'cancelled'
          ELSE 'paused' END END,
    workflows.status, {workflow_log.timestamp}, {workflows.completed_at},
    (
        SELECT newest.timestamp
        FROM main.workflow_log AS newest
        WHERE newest.workflow_id = workflow_log.workflow_id AND coalesce(newest.agent,
        'system') = coalesce({workflow_log.agent}, 'system')
        ORDER BY newest.sequence DESC
        LIMIT 1
    ),
    (
        -- No call cost nothing; calls without a price have no cost.
        SELECT CASE WHEN count(*) = 0 THEN 0.0 ELSE sum({token_usage.cost_usd}) END
        FROM main.token_usage
        WHERE token_usage.workflow_id = workflow_log.workflow_id
            AND +token_usage.agent = coalesce({workflow_log.agent}, 'system')
    ),
    NULL,
    CASE WHEN workflows.status = 'failed' AND coalesce({workflow_log.agent},
    'system') = 'human_approval'
         THEN {workflows.failure_reason} END
FROM main.workflow_log
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(workflow_log.workflow_id AS TEXT), CAST(coalesce({workflow_log.agent},
        'system') AS TEXT))
    AND workflow_log.workflow_id = pair.key
LEFT JOIN main.workflows ON workflows.id = workflow_log.workflow_id
-- The first row of the pair: the search goes backwards, where one like it is near.
WHERE (
    SELECT earlier.rowid
    FROM main.workflow_log AS earlier
    WHERE earlier.workflow_id = workflow_log.workflow_id
      AND earlier.sequence < workflow_log.sequence
      AND coalesce(earlier.agent, 'system') = coalesce({workflow_log.agent}, 'system')
    ORDER BY earlier.sequence DESC
    LIMIT 1
) IS NULL
UNION ALL
-- Names that only the tokens know. They have no place in the log, so the newest are looked through.
SELECT
    CAST(token_usage.rowid + 2000000000000 AS INTEGER), pair.json, token_usage.workflow_id, NULL,
    token_usage.agent, 'agent',
    {token_usage.model},
    CASE workflows.status
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        WHEN 'failed' THEN 'cancelled'
        ELSE 'paused' END,
    workflows.status, {token_usage.timestamp}, {workflows.completed_at}, {token_usage.timestamp},
    (
        SELECT sum(every.cost_usd)
        FROM main.token_usage AS every
        WHERE every.workflow_id = token_usage.workflow_id AND +every.agent = token_usage.agent
    ),
    NULL, NULL
FROM main.token_usage
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(token_usage.workflow_id AS TEXT), CAST(token_usage.agent AS TEXT))
    AND token_usage.workflow_id = pair.key
LEFT JOIN main.workflows ON workflows.id = token_usage.workflow_id
WHERE token_usage.rowid > (SELECT max(newest.rowid) FROM main.token_usage AS newest) - 300
  AND (
      SELECT earlier.rowid
      FROM main.token_usage AS earlier
      WHERE earlier.workflow_id = token_usage.workflow_id
        AND earlier.rowid < token_usage.rowid
        AND +earlier.agent = token_usage.agent
      LIMIT 1
  ) IS NULL
  AND NOT EXISTS (
      SELECT 1
      FROM main.events AS same
      WHERE same.workflow_id = token_usage.workflow_id AND same.agent = token_usage.agent
  )
  AND NOT EXISTS (
      SELECT 1
      FROM main.workflow_log AS same
      WHERE same.workflow_id = token_usage.workflow_id AND coalesce(same.agent,
      'system') = token_usage.agent
  )
OTHERWISE
SELECT
    CAST(token_usage.rowid + 2000000000000 AS INTEGER), pair.json, token_usage.workflow_id, NULL,
    token_usage.agent, 'agent',
    {token_usage.model},
    CASE workflows.status
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        WHEN 'failed' THEN 'cancelled'
        ELSE 'paused' END,
    workflows.status, {token_usage.timestamp}, {workflows.completed_at}, {token_usage.timestamp},
    (
        SELECT sum(every.cost_usd)
        FROM main.token_usage AS every
        WHERE every.workflow_id = token_usage.workflow_id AND +every.agent = token_usage.agent
    ),
    NULL, NULL
FROM main.token_usage
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(token_usage.workflow_id AS TEXT), CAST(token_usage.agent AS TEXT))
    AND token_usage.workflow_id = pair.key
LEFT JOIN main.workflows ON workflows.id = token_usage.workflow_id
WHERE token_usage.rowid > (SELECT max(newest.rowid) FROM main.token_usage AS newest) - 300
  AND (
      SELECT earlier.rowid
      FROM main.token_usage AS earlier
      WHERE earlier.workflow_id = token_usage.workflow_id
        AND earlier.rowid < token_usage.rowid
        AND +earlier.agent = token_usage.agent
      LIMIT 1
  ) IS NULL
  AND NOT EXISTS (
      SELECT 1
      FROM main.events AS same
      WHERE same.workflow_id = token_usage.workflow_id AND same.agent = token_usage.agent
  )
OTHERWISE
SELECT
    CAST(token_usage.rowid + 2000000000000 AS INTEGER), pair.json, token_usage.workflow_id, NULL,
    token_usage.agent, 'agent',
    {token_usage.model},
    CASE workflows.status
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        WHEN 'failed' THEN 'cancelled'
        ELSE 'paused' END,
    workflows.status, {token_usage.timestamp}, {workflows.completed_at}, {token_usage.timestamp},
    (
        SELECT sum(every.cost_usd)
        FROM main.token_usage AS every
        WHERE every.workflow_id = token_usage.workflow_id AND +every.agent = token_usage.agent
    ),
    NULL, NULL
FROM main.token_usage
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(token_usage.workflow_id AS TEXT), CAST(token_usage.agent AS TEXT))
    AND token_usage.workflow_id = pair.key
LEFT JOIN main.workflows ON workflows.id = token_usage.workflow_id
WHERE token_usage.rowid > (SELECT max(newest.rowid) FROM main.token_usage AS newest) - 300
  AND (
      SELECT earlier.rowid
      FROM main.token_usage AS earlier
      WHERE earlier.workflow_id = token_usage.workflow_id
        AND earlier.rowid < token_usage.rowid
        AND +earlier.agent = token_usage.agent
      LIMIT 1
  ) IS NULL
  AND NOT EXISTS (
      SELECT 1
      FROM main.workflow_log AS same
      WHERE same.workflow_id = token_usage.workflow_id AND coalesce(same.agent,
      'system') = token_usage.agent
  )
OTHERWISE
SELECT
    CAST(token_usage.rowid + 2000000000000 AS INTEGER), pair.json, token_usage.workflow_id, NULL,
    token_usage.agent, 'agent',
    {token_usage.model},
    CASE workflows.status
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        WHEN 'failed' THEN 'cancelled'
        ELSE 'paused' END,
    workflows.status, {token_usage.timestamp}, {workflows.completed_at}, {token_usage.timestamp},
    (
        SELECT sum(every.cost_usd)
        FROM main.token_usage AS every
        WHERE every.workflow_id = token_usage.workflow_id AND +every.agent = token_usage.agent
    ),
    NULL, NULL
FROM main.token_usage
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(token_usage.workflow_id AS TEXT), CAST(token_usage.agent AS TEXT))
    AND token_usage.workflow_id = pair.key
LEFT JOIN main.workflows ON workflows.id = token_usage.workflow_id
WHERE token_usage.rowid > (SELECT max(newest.rowid) FROM main.token_usage AS newest) - 300
  AND (
      SELECT earlier.rowid
      FROM main.token_usage AS earlier
      WHERE earlier.workflow_id = token_usage.workflow_id
        AND earlier.rowid < token_usage.rowid
        AND +earlier.agent = token_usage.agent
      LIMIT 1
  ) IS NULL
