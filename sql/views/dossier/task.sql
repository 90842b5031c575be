-- The plan, from the project down to each time a card was given to an agent: each level is a table
-- with a sequence of its own. A project and an activity store no state: theirs is what their
-- workflows and cards say, the most urgent first.
SELECT
    project.rowid, project.id, NULL, NULL, 'project', {project.name},
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
    NULL, NULL, NULL, NULL, {project.created_at}, NULL, {project.updated_at}, NULL
FROM main.project
UNION ALL
SELECT
    workflow.rowid, workflow.id, workflow.project_id, NULL, 'workflow', {workflow.title},
    CASE {workflow.build_state}
        WHEN 'running' THEN 'running'
        WHEN 'blocked' THEN 'waiting'
        WHEN 'failed' THEN 'failed'
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        -- queued, not built yet, and what a later version may call it.
        ELSE 'pending' END,
    {workflow.build_state}, NULL, NULL, NULL, {workflow.created_at}, NULL, {workflow.updated_at},
    NULL
FROM main.workflow
UNION ALL
SELECT
    workflow_activity.rowid, workflow_activity.id, workflow_activity.workflow_id, NULL, 'activity',
    {workflow_activity.title},
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
    NULL, NULL, NULL, NULL, {workflow_activity.created_at}, NULL, {workflow_activity.updated_at},
    NULL
FROM main.workflow_activity
UNION ALL
-- Before migration 005 a step stood between an activity and its cards.
SELECT
    step.rowid, step.id, {step.workflow_activity_id|activity_id}, NULL, 'step',
    coalesce({step.title|name}, step.id), 'pending', NULL, NULL, NULL, NULL, {step.created_at},
    NULL, {step.updated_at}, NULL
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
    coalesce({card.build_state}, card.status), NULL, NULL, NULL, {card.created_at},
    CASE WHEN {card.build_state} IN ('failed', 'completed', 'cancelled')
         THEN {card.last_built_at} END,
    {card.updated_at}, {card.last_build_error}
FROM main.card
UNION ALL
SELECT
    card_assignment.rowid, card_assignment.id, card_assignment.card_id, card_assignment.run_id,
    'assignment', coalesce({card_assignment.agent_role}, 'agent')
        || coalesce(' on ' || {card_assignment.feature_branch}, ''),
    CASE card_assignment.status
        WHEN 'queued' THEN 'pending'
        WHEN 'blocked' THEN 'waiting'
        WHEN 'failed' THEN 'failed'
        WHEN 'completed' THEN 'completed'
        WHEN 'cancelled' THEN 'cancelled'
        ELSE 'running' END,
    card_assignment.status, NULL, NULL, NULL, {card_assignment.created_at},
    CASE WHEN card_assignment.status IN ('failed', 'completed', 'cancelled')
         THEN {card_assignment.updated_at} END,
    {card_assignment.updated_at}, NULL
FROM main.card_assignment
