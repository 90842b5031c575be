-- Counted once for a run, and never beyond the limit.
SELECT count(*)
FROM (
    SELECT approval.seq
    FROM approval
    WHERE approval.run_id = :run_id
    LIMIT :limit
) AS counted
