SELECT
    "check".seq, "check".id, "check".run_id, "check".kind, "check".status, "check".output,
    "check".created_at
FROM "check"
WHERE "check".seq < :before
ORDER BY "check".seq DESC
LIMIT :limit
