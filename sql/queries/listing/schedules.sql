SELECT
    schedule.seq, schedule.id, schedule.name, schedule.enabled, schedule.kind, schedule.spec,
    schedule.timezone, schedule.next_run_at, schedule.last_run_at, schedule.missed,
    schedule.updated_at
FROM schedule
WHERE schedule.seq < :before
ORDER BY schedule.seq DESC
LIMIT :limit
