SELECT
    schedules.rowid, schedules.schedule_id, {schedules.name}, {schedules.enabled},
    {schedules.type|schedule_type}, {schedules.spec|cron_expr}, {schedules.timezone},
    {schedules.next_run_at}, {schedules.last_run_at}, NULL, {schedules.updated_at}
FROM main.schedules
