SELECT
    system_logs.id, system_logs.id, NULL, {system_logs.component},
    lower({system_logs.log_level}),
    CASE WHEN {system_logs.log_level} IN ('ERROR', 'CRITICAL') THEN 'failure' ELSE 'info' END,
    {system_logs.message}, NULL, NULL, NULL, NULL, NULL, NULL, NULL, {system_logs.details},
    {system_logs.created_at}
FROM main.system_logs
