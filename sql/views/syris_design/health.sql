SELECT
    system_health.rowid, 'syris',
    CASE {system_health.status}
        WHEN 'healthy' THEN 'healthy'
        WHEN 'down' THEN 'down'
        ELSE 'degraded' END,
    {system_health.status}, {system_health.version},
    json_patch('{}', json_object(
        'degraded', {system_health.degraded_subsystems},
        'restart', {system_health.restart_reason},
        'uptime_s', {system_health.uptime_seconds|uptime_s}
    )),
    {system_health.recorded_at|ts}, {system_health.next_expected_at}
FROM main.system_health
