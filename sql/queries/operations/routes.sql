-- The newest routing decisions; :since, where they are picked out of a log that may hold none.
SELECT
    route.seq, route.id, route.run_id, route.event, route.decision, route.lane, route.risk,
    route.gates, route.reason, route.created_at
FROM route
WHERE route.seq > :since
ORDER BY route.seq DESC
LIMIT :limit
