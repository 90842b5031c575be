SELECT
    ai_developer_workflows.rowid, ai_developer_workflows.id, NULL, ai_developer_workflows.id,
    {ai_developer_workflows.workflow_type},
    {ai_developer_workflows.adw_name}
        || coalesce(': ' || {ai_developer_workflows.current_step}, '')
        || CASE WHEN {ai_developer_workflows.total_steps} > 0
                THEN ' (' || coalesce({ai_developer_workflows.completed_steps}, 0)
                     || ' of ' || {ai_developer_workflows.total_steps} || ')'
                ELSE '' END,
    CASE ai_developer_workflows.status
        WHEN 'pending' THEN 'pending'
        WHEN 'completed' THEN 'completed'
        WHEN 'failed' THEN 'failed'
        WHEN 'cancelled' THEN 'cancelled'
        ELSE 'running' END,
    ai_developer_workflows.status, NULL, NULL, NULL,
    coalesce({ai_developer_workflows.started_at}, {ai_developer_workflows.created_at}),
    {ai_developer_workflows.completed_at}, {ai_developer_workflows.updated_at},
    {ai_developer_workflows.error_message}
FROM main.ai_developer_workflows
