SELECT
    health.seq, health.component, health.status, health.source_status, health.version,
    health.details, health.recorded_at, health.next_expected_at
FROM health
WHERE health.seq < :before
ORDER BY health.seq DESC
LIMIT :limit
