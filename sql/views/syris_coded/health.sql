SELECT
    system_health.rowid, coalesce({system_health.service}, 'syris'),
    CASE {system_health.status}
        WHEN 'healthy' THEN 'healthy'
        WHEN 'ok' THEN 'healthy'
        WHEN 'down' THEN 'down'
        ELSE 'degraded' END,
    {system_health.status}, {system_health.version},
    json_patch('{}', json_object(
        'process', {system_health.run_id}, 'uptime_s', {system_health.uptime_s|uptime_seconds}
    )),
    {system_health.ts|recorded_at}, {system_health.next_expected_at}
FROM main.system_health
