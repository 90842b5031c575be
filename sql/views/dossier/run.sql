SELECT
    orchestration_run.rowid, orchestration_run.id,
    coalesce(
        (SELECT {card.title} FROM main.card WHERE card.id = {orchestration_run.card_id}),
        (
            SELECT {workflow.title}
            FROM main.workflow
            WHERE workflow.id = {orchestration_run.workflow_id}
        ),
        orchestration_run.id
    ),
    coalesce({orchestration_run.scope}, 'run'),
    CASE orchestration_run.status
        WHEN 'queued' THEN 'pending'
        WHEN 'blocked' THEN 'waiting'
        WHEN 'failed' THEN 'failed'
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        -- running, and what a later version may call it.
        ELSE 'running' END,
    orchestration_run.status,
    (SELECT {project.name} FROM main.project WHERE project.id = orchestration_run.project_id),
    coalesce({orchestration_run.started_at}, {orchestration_run.created_at}),
    {orchestration_run.ended_at}, {orchestration_run.updated_at},
    -- A run stores no error of its own: its newest failed execution tells it.
    CASE WHEN orchestration_run.status IN ('failed', 'blocked') THEN (
        SELECT {agent_execution.error}
        FROM main.card_assignment
        JOIN main.agent_execution ON agent_execution.assignment_id = card_assignment.id
        WHERE card_assignment.run_id = orchestration_run.id
          AND {agent_execution.error} IS NOT NULL
        ORDER BY agent_execution.rowid DESC
        LIMIT 1
    ) END
FROM main.orchestration_run
OTHERWISE
SELECT
    orchestration_run.rowid, orchestration_run.id, orchestration_run.id,
    coalesce({orchestration_run.scope}, 'run'),
    CASE orchestration_run.status
        WHEN 'queued' THEN 'pending'
        WHEN 'blocked' THEN 'waiting'
        WHEN 'failed' THEN 'failed'
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        ELSE 'running' END,
    orchestration_run.status, NULL,
    coalesce({orchestration_run.started_at}, {orchestration_run.created_at}),
    {orchestration_run.ended_at}, {orchestration_run.updated_at}, NULL
FROM main.orchestration_run
