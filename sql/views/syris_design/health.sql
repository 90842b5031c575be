SELECT
    system_health.rowid, 'syris',
    CASE {system_health.status}
        WHEN 'healthy' THEN 'healthy'
        WHEN 'down' THEN 'down'
        ELSE 'degraded' END,
    {system_health.status}, {system_health.version},
    json_patch('{}', json_object(
        'degraded', CAST({system_health.degraded_subsystems} AS TEXT),
        'restart', CAST({system_health.restart_reason} AS TEXT),
        'uptime_s', CASE WHEN typeof({system_health.uptime_seconds|uptime_s}) <> 'blob'
            THEN {system_health.uptime_seconds|uptime_s} END
    )),
    {system_health.recorded_at|ts}, {system_health.next_expected_at}
FROM main.system_health
