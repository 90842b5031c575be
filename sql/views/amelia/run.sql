SELECT
    workflows.rowid, workflows.id,
    workflows.issue_id || coalesce(
        CASE WHEN json_valid(CAST({workflows.issue_cache} AS TEXT))
             THEN ': ' || json_extract(CAST({workflows.issue_cache} AS TEXT), '$.title') END,
        CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 ': ' || json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.goal'), ''
             )
             ELSE '' END
    ),
    coalesce({workflows.workflow_type}, 'full'),
    CASE workflows.status
        WHEN 'pending' THEN 'pending'
        WHEN 'blocked' THEN 'waiting'
        WHEN 'completed' THEN 'completed'
        WHEN 'failed' THEN 'failed'
        WHEN 'cancelled' THEN 'cancelled'
        -- in_progress, planning, and what another version may call it.
        ELSE 'running' END,
    workflows.status, workflows.worktree_path,
    coalesce({workflows.started_at}, {workflows.created_at}), {workflows.completed_at},
    coalesce({workflows.completed_at}, {workflows.started_at}, {workflows.created_at}),
    -- A rejected plan is stored as a failure: only the log tells them apart.
    CASE WHEN workflows.status = 'failed' AND (EXISTS (
        SELECT 1
        FROM main.workflow_log AS answer
        WHERE answer.workflow_id = workflows.id AND +answer.event_type = 'approval_rejected'
    ) OR EXISTS (
        SELECT 1
        FROM main.events AS answer
        WHERE answer.workflow_id = workflows.id AND +answer.event_type = 'approval_rejected'
    ))
         THEN 'plan rejected' || coalesce(': ' || {workflows.failure_reason}, '')
         ELSE {workflows.failure_reason} END
FROM main.workflows
OTHERWISE
SELECT
    workflows.rowid, workflows.id,
    workflows.issue_id || coalesce(
        CASE WHEN json_valid(CAST({workflows.issue_cache} AS TEXT))
             THEN ': ' || json_extract(CAST({workflows.issue_cache} AS TEXT), '$.title') END,
        CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 ': ' || json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.goal'), ''
             )
             ELSE '' END
    ),
    coalesce({workflows.workflow_type}, 'full'),
    CASE workflows.status
        WHEN 'pending' THEN 'pending'
        WHEN 'blocked' THEN 'waiting'
        WHEN 'completed' THEN 'completed'
        WHEN 'failed' THEN 'failed'
        WHEN 'cancelled' THEN 'cancelled'
        -- in_progress, planning, and what another version may call it.
        ELSE 'running' END,
    workflows.status, workflows.worktree_path,
    coalesce({workflows.started_at}, {workflows.created_at}), {workflows.completed_at},
    coalesce({workflows.completed_at}, {workflows.started_at}, {workflows.created_at}),
    -- A rejected plan is stored as a failure: only the log tells them apart.
    CASE WHEN workflows.status = 'failed' AND (EXISTS (
        SELECT 1
        FROM main.events AS answer
        WHERE answer.workflow_id = workflows.id AND +answer.event_type = 'approval_rejected'
    ))
         THEN 'plan rejected' || coalesce(': ' || {workflows.failure_reason}, '')
         ELSE {workflows.failure_reason} END
FROM main.workflows
OTHERWISE
SELECT
    workflows.rowid, workflows.id,
    workflows.issue_id || coalesce(
        CASE WHEN json_valid(CAST({workflows.issue_cache} AS TEXT))
             THEN ': ' || json_extract(CAST({workflows.issue_cache} AS TEXT), '$.title') END,
        CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 ': ' || json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.goal'), ''
             )
             ELSE '' END
    ),
    coalesce({workflows.workflow_type}, 'full'),
    CASE workflows.status
        WHEN 'pending' THEN 'pending'
        WHEN 'blocked' THEN 'waiting'
        WHEN 'completed' THEN 'completed'
        WHEN 'failed' THEN 'failed'
        WHEN 'cancelled' THEN 'cancelled'
        -- in_progress, planning, and what another version may call it.
        ELSE 'running' END,
    workflows.status, workflows.worktree_path,
    coalesce({workflows.started_at}, {workflows.created_at}), {workflows.completed_at},
    coalesce({workflows.completed_at}, {workflows.started_at}, {workflows.created_at}),
    -- A rejected plan is stored as a failure: only the log tells them apart.
    CASE WHEN workflows.status = 'failed' AND (EXISTS (
        SELECT 1
        FROM main.workflow_log AS answer
        WHERE answer.workflow_id = workflows.id AND +answer.event_type = 'approval_rejected'
    ))
         THEN 'plan rejected' || coalesce(': ' || {workflows.failure_reason}, '')
         ELSE {workflows.failure_reason} END
FROM main.workflows
OTHERWISE
SELECT
    workflows.rowid, workflows.id,
    workflows.issue_id || coalesce(
        CASE WHEN json_valid(CAST({workflows.issue_cache} AS TEXT))
             THEN ': ' || json_extract(CAST({workflows.issue_cache} AS TEXT), '$.title') END,
        CASE WHEN json_valid(CAST({workflows.plan_cache|state_json} AS TEXT))
             THEN coalesce(
                 ': ' || json_extract(CAST({workflows.plan_cache|state_json} AS TEXT), '$.goal'), ''
             )
             ELSE '' END
    ),
    coalesce({workflows.workflow_type}, 'full'),
    CASE workflows.status
        WHEN 'pending' THEN 'pending'
        WHEN 'blocked' THEN 'waiting'
        WHEN 'completed' THEN 'completed'
        WHEN 'failed' THEN 'failed'
        WHEN 'cancelled' THEN 'cancelled'
        -- in_progress, planning, and what another version may call it.
        ELSE 'running' END,
    workflows.status, workflows.worktree_path,
    coalesce({workflows.started_at}, {workflows.created_at}), {workflows.completed_at},
    coalesce({workflows.completed_at}, {workflows.started_at}, {workflows.created_at}),
    -- A rejected plan is stored as a failure: only the log tells them apart.
    {workflows.failure_reason}
FROM main.workflows
