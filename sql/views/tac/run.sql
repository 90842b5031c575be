-- A session that no workflow accounts for stands under its first agent, whose rowid is its place.
-- The casts give both parts the same affinities: only then does SQLite merge them in their order.
SELECT
    agents.rowid, agents.session_id,
    CAST(coalesce(orchestrator_agents.name, agents.session_id) AS TEXT), CAST('session' AS TEXT),
    -- Any agent that is not over keeps the session open; then the agents at the top say how it
    -- ended, and the worst of them counts.
    CAST(CASE (
        SELECT min(
            CASE
                WHEN member.status = 'initializing' THEN 2
                WHEN member.status = 'failed' AND member.parent_agent_id IS NULL THEN 3
                WHEN member.status = 'cancelled' AND member.parent_agent_id IS NULL THEN 4
                WHEN member.status = 'completed' THEN 5
                WHEN member.status = 'failed' THEN 6
                WHEN member.status = 'cancelled' THEN 7
                ELSE 1 END
        )
        FROM main.agents AS member
        WHERE member.session_id = agents.session_id
    )
        WHEN 1 THEN 'running'
        WHEN 2 THEN CASE agents.status WHEN 'initializing' THEN 'pending' ELSE 'running' END
        WHEN 5 THEN 'completed'
        WHEN 3 THEN 'failed'
        WHEN 6 THEN 'failed'
        ELSE 'cancelled' END AS TEXT),
    CAST(NULL AS TEXT), NULL, CAST({agents.started_at} AS TEXT),
    (
        SELECT agent.ended_at
        FROM agent
        WHERE agent.run_id = agents.session_id
          AND NOT EXISTS (
              SELECT 1
              FROM agent AS member
              WHERE member.run_id = agents.session_id
                AND member.status IN ('pending', 'running')
          )
        -- One column holds two formats, so the text does not sort.
        ORDER BY julianday(agent.ended_at) DESC
        LIMIT 1
    ),
    CAST((
        SELECT agent.updated_at
        FROM agent
        WHERE agent.run_id = agents.session_id
        ORDER BY julianday(agent.updated_at) DESC
        LIMIT 1
    ) AS TEXT),
    (
        SELECT agent.error
        FROM agent
        WHERE agent.run_id = agents.session_id
          AND agent.parent_id IS NULL
          AND agent.status = 'failed'
        ORDER BY agent.seq
        LIMIT 1
    )
FROM main.agents
LEFT JOIN main.orchestrator_agents ON orchestrator_agents.id = agents.orchestrator_agent_id
WHERE NOT EXISTS (
    SELECT 1
    FROM main.agents AS earlier
    WHERE earlier.session_id = agents.session_id AND earlier.rowid < agents.rowid
)
  AND NOT EXISTS (SELECT 1 FROM task WHERE task.run_id = agents.session_id)
  -- Where workflows account for every session, all agents would be passed over in every look.
  AND agents.rowid > (SELECT max(newest.rowid) FROM main.agents AS newest)
      - CASE WHEN (SELECT max(task.seq) FROM task) > 0 THEN 1000 ELSE 1000000000000 END
UNION ALL
-- Two tables, two sequences: a number above any rowid keeps them apart, workflows the newest. No
-- index knows that number, so only the newest 200 have it, or every look would sort all of them.
SELECT
    CAST(ai_developer_workflows.rowid + 1000000000000 AS INTEGER), ai_developer_workflows.id,
    CAST({ai_developer_workflows.adw_name} AS TEXT),
    CAST({ai_developer_workflows.workflow_type} AS TEXT),
    CAST(CASE ai_developer_workflows.status
        WHEN 'pending' THEN 'pending'
        WHEN 'completed' THEN 'completed'
        WHEN 'failed' THEN 'failed'
        WHEN 'cancelled' THEN 'cancelled'
        ELSE 'running' END AS TEXT),
    ai_developer_workflows.status, NULL,
    CAST(coalesce({ai_developer_workflows.started_at}, {ai_developer_workflows.created_at})
         AS TEXT),
    {ai_developer_workflows.completed_at}, {ai_developer_workflows.updated_at},
    {ai_developer_workflows.error_message}
FROM main.ai_developer_workflows
WHERE ai_developer_workflows.rowid >
    (SELECT max(newest.rowid) FROM main.ai_developer_workflows AS newest) - 200
UNION ALL
-- Older workflows stand among the sessions, where their own numbers put them.
SELECT
    ai_developer_workflows.rowid, ai_developer_workflows.id,
    CAST({ai_developer_workflows.adw_name} AS TEXT),
    CAST({ai_developer_workflows.workflow_type} AS TEXT),
    CAST(CASE ai_developer_workflows.status
        WHEN 'pending' THEN 'pending'
        WHEN 'completed' THEN 'completed'
        WHEN 'failed' THEN 'failed'
        WHEN 'cancelled' THEN 'cancelled'
        ELSE 'running' END AS TEXT),
    ai_developer_workflows.status, NULL,
    CAST(coalesce({ai_developer_workflows.started_at}, {ai_developer_workflows.created_at})
         AS TEXT),
    {ai_developer_workflows.completed_at}, {ai_developer_workflows.updated_at},
    {ai_developer_workflows.error_message}
FROM main.ai_developer_workflows
WHERE ai_developer_workflows.rowid <=
    (SELECT max(newest.rowid) FROM main.ai_developer_workflows AS newest) - 200
