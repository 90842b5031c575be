-- An assignment is the agent; each time it was executed stands below it. Two tables, two sequences:
-- a number above any rowid keeps them apart, assignments the newest. No index knows that number, so
-- only the newest 300 have it, or every look would sort all of them.
-- The casts give all parts the same affinities: only then does SQLite take the view apart.
SELECT
    CAST(card_assignment.rowid + 1000000000000 AS INTEGER), card_assignment.id,
    card_assignment.run_id, CAST(NULL AS TEXT),
    coalesce({card_assignment.agent_role}, 'agent')
        || coalesce(
            ': ' || (SELECT {card.title} FROM main.card WHERE card.id = card_assignment.card_id),
            ''
        ),
    coalesce({card_assignment.agent_role}, 'agent'), NULL,
    CASE card_assignment.status
        WHEN 'queued' THEN 'pending'
        WHEN 'blocked' THEN 'waiting'
        WHEN 'failed' THEN 'failed'
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        -- running, and what a later version may call it.
        ELSE 'running' END,
    card_assignment.status, {card_assignment.created_at},
    CAST(CASE WHEN card_assignment.status IN ('failed', 'completed', 'cancelled')
              THEN coalesce(
                  (
                      SELECT {agent_execution.ended_at}
                      FROM main.agent_execution
                      WHERE agent_execution.assignment_id = card_assignment.id
                      ORDER BY agent_execution.rowid DESC
                      LIMIT 1
                  ),
                  {card_assignment.updated_at}
              ) END AS TEXT),
    {card_assignment.updated_at}, NULL, NULL,
    -- An assignment stores no error of its own: its newest execution tells it.
    CAST(CASE WHEN card_assignment.status IN ('failed', 'blocked') THEN (
        SELECT {agent_execution.error}
        FROM main.agent_execution
        WHERE agent_execution.assignment_id = card_assignment.id
        ORDER BY agent_execution.rowid DESC
        LIMIT 1
    ) END AS TEXT)
FROM main.card_assignment
WHERE card_assignment.rowid >
    (SELECT max(newest.rowid) FROM main.card_assignment AS newest) - 300
UNION ALL
-- Older assignments stand among the executions, where their own numbers put them.
SELECT
    card_assignment.rowid, card_assignment.id, card_assignment.run_id, CAST(NULL AS TEXT),
    coalesce({card_assignment.agent_role}, 'agent')
        || coalesce(
            ': ' || (SELECT {card.title} FROM main.card WHERE card.id = card_assignment.card_id),
            ''
        ),
    coalesce({card_assignment.agent_role}, 'agent'), NULL,
    CASE card_assignment.status
        WHEN 'queued' THEN 'pending'
        WHEN 'blocked' THEN 'waiting'
        WHEN 'failed' THEN 'failed'
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        -- running, and what a later version may call it.
        ELSE 'running' END,
    card_assignment.status, {card_assignment.created_at},
    CAST(CASE WHEN card_assignment.status IN ('failed', 'completed', 'cancelled')
              THEN coalesce(
                  (
                      SELECT {agent_execution.ended_at}
                      FROM main.agent_execution
                      WHERE agent_execution.assignment_id = card_assignment.id
                      ORDER BY agent_execution.rowid DESC
                      LIMIT 1
                  ),
                  {card_assignment.updated_at}
              ) END AS TEXT),
    {card_assignment.updated_at}, NULL, NULL,
    -- An assignment stores no error of its own: its newest execution tells it.
    CAST(CASE WHEN card_assignment.status IN ('failed', 'blocked') THEN (
        SELECT {agent_execution.error}
        FROM main.agent_execution
        WHERE agent_execution.assignment_id = card_assignment.id
        ORDER BY agent_execution.rowid DESC
        LIMIT 1
    ) END AS TEXT)
FROM main.card_assignment
WHERE card_assignment.rowid <=
    (SELECT max(newest.rowid) FROM main.card_assignment AS newest) - 300
UNION ALL
SELECT
    agent_execution.rowid, agent_execution.id, card_assignment.run_id,
    agent_execution.assignment_id,
    'execution '
        || (
            SELECT count(*)
            FROM main.agent_execution AS earlier
            WHERE earlier.assignment_id = agent_execution.assignment_id
              AND earlier.rowid <= agent_execution.rowid
        ),
    'execution', NULL,
    CASE agent_execution.status
        WHEN 'queued' THEN 'pending'
        -- It is over for now: the assignment is what a person is waited for.
        WHEN 'blocked' THEN 'paused'
        WHEN 'failed' THEN 'failed'
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        ELSE 'running' END,
    agent_execution.status, {agent_execution.started_at}, {agent_execution.ended_at},
    CAST(coalesce({agent_execution.ended_at}, {agent_execution.started_at}) AS TEXT), NULL, NULL,
    {agent_execution.error}
FROM main.agent_execution
LEFT JOIN main.card_assignment ON card_assignment.id = agent_execution.assignment_id
