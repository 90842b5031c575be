-- The newest heartbeats since a place.
SELECT
    health.seq, health.component, health.status, health.source_status, health.version,
    substr(health.details, 1, 2000), health.recorded_at, health.next_expected_at
FROM health
WHERE health.seq > :after
ORDER BY health.seq DESC
LIMIT :limit
