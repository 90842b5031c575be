-- The newest checks; an output may be a whole log.
SELECT
    "check".seq, "check".id, "check".run_id, "check".kind, "check".status,
    substr("check".output, 1, 4000), "check".created_at
FROM "check"
ORDER BY "check".seq DESC
LIMIT :limit
