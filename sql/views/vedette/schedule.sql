SELECT
    schedules.seq, schedules.id, schedules.name, schedules.enabled, schedules.kind, schedules.spec,
    schedules.timezone, schedules.next_run_at, schedules.last_run_at, schedules.missed,
    schedules.updated_at
FROM main.schedules
