-- The plan, from the project down to its cards; each level is a table with a sequence of its own,
-- and the upper ones come first. Assignments are agents: no index finds them by their card. A
-- project and an activity store no state: theirs is what their workflows and cards say, the most
-- urgent first. The casts give all parts the same affinities: only then are they read in order.
SELECT
    CAST(project.rowid + 4000000000000 AS INTEGER), project.id, CAST(NULL AS TEXT), NULL, 'project',
    {project.name},
    CASE (
        SELECT min(
            CASE {workflow.build_state}
                WHEN 'blocked' THEN 1 WHEN 'failed' THEN 2 WHEN 'running' THEN 3
                WHEN 'completed' THEN 5 WHEN 'cancelled' THEN 6 ELSE 4 END
        )
        FROM main.workflow
        WHERE workflow.project_id = project.id
    )
        WHEN 1 THEN 'waiting'
        WHEN 2 THEN 'failed'
        WHEN 3 THEN 'running'
        WHEN 5 THEN 'completed'
        WHEN 6 THEN 'cancelled'
        ELSE 'pending' END,
    CAST(NULL AS TEXT), NULL, NULL, NULL, {project.created_at}, NULL, {project.updated_at},
    CAST(NULL AS TEXT)
FROM main.project
UNION ALL
SELECT
    CAST(workflow.rowid + 3000000000000 AS INTEGER), workflow.id, workflow.project_id, NULL,
    'workflow', {workflow.title},
    CASE {workflow.build_state}
        WHEN 'running' THEN 'running'
        WHEN 'blocked' THEN 'waiting'
        WHEN 'failed' THEN 'failed'
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        -- queued, not built yet, and what a later version may call it.
        ELSE 'pending' END,
    {workflow.build_state}, NULL, NULL, NULL, {workflow.created_at}, NULL, {workflow.updated_at},
    CAST(NULL AS TEXT)
FROM main.workflow
UNION ALL
SELECT
    CAST(workflow_activity.rowid + 2000000000000 AS INTEGER), workflow_activity.id,
    workflow_activity.workflow_id, NULL, 'activity', {workflow_activity.title},
    CASE (
        SELECT min(
            CASE {card.build_state}
                WHEN 'blocked' THEN 1 WHEN 'failed' THEN 2 WHEN 'running' THEN 3
                WHEN 'completed' THEN 5 WHEN 'cancelled' THEN 6 ELSE 4 END
        )
        FROM main.card
        WHERE {card.workflow_activity_id} = workflow_activity.id
    )
        WHEN 1 THEN 'waiting'
        WHEN 2 THEN 'failed'
        WHEN 3 THEN 'running'
        WHEN 5 THEN 'completed'
        WHEN 6 THEN 'cancelled'
        ELSE 'pending' END,
    CAST(NULL AS TEXT), NULL, NULL, NULL, {workflow_activity.created_at}, NULL,
    {workflow_activity.updated_at}, CAST(NULL AS TEXT)
FROM main.workflow_activity
UNION ALL
-- Before migration 005 a step stood between an activity and its cards.
SELECT
    CAST(step.rowid + 1000000000000 AS INTEGER), step.id, {step.workflow_activity_id|activity_id},
    NULL, 'step', CAST(coalesce({step.title|name}, step.id) AS TEXT), 'pending',
    CAST(NULL AS TEXT), NULL, NULL, NULL, {step.created_at}, NULL, {step.updated_at},
    CAST(NULL AS TEXT)
FROM main.step
UNION ALL
SELECT
    card.rowid, card.id, {card.step_id|workflow_activity_id|activity_id}, NULL, 'card', {card.title},
    -- A card that was never built stands where the plan has it: questions and a review are a
    -- person's turn.
    CASE coalesce({card.build_state}, card.status)
        WHEN 'running' THEN 'running'
        WHEN 'blocked' THEN 'waiting'
        WHEN 'questions' THEN 'waiting'
        WHEN 'review' THEN 'waiting'
        WHEN 'failed' THEN 'failed'
        WHEN 'completed' THEN 'completed'
        WHEN 'production' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        -- queued, todo, active, and what a later version may call it.
        ELSE 'pending' END,
    CAST(coalesce({card.build_state}, card.status) AS TEXT), NULL, NULL, NULL, {card.created_at},
    CASE WHEN {card.build_state} IN ('failed', 'completed', 'cancelled')
         THEN {card.last_built_at} END,
    {card.updated_at}, CAST({card.last_build_error} AS TEXT)
FROM main.card
