SELECT
    schedules.rowid, schedules.schedule_id, {schedules.name},
    CASE WHEN lower({schedules.enabled}) IN ('1', 'true', 't') THEN 1 ELSE 0 END,
    {schedules.schedule_type|type},
    coalesce(
        {schedules.cron_expr|spec}, 'every ' || {schedules.interval_s} || ' s',
        'at ' || {schedules.run_at}
    ),
    {schedules.timezone}, {schedules.next_run_at}, {schedules.last_run_at}, NULL,
    {schedules.updated_at}
FROM main.schedules
