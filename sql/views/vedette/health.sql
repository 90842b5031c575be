SELECT
    health.seq, health.component, health.status, health.status, health.version, health.details,
    health.recorded_at, health.next_expected_at
FROM main.health
