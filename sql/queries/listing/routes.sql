SELECT
    route.seq, route.id, route.run_id, route.event, route.decision, route.lane, route.risk,
    route.gates, route.reason, route.created_at
FROM route
WHERE route.seq < :before
ORDER BY route.seq DESC
LIMIT :limit
