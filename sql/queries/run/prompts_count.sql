-- Counted once for a run, and never beyond the limit.
SELECT count(*)
FROM (
    SELECT prompt.seq
    FROM prompt
    WHERE prompt.run_id = :run_id
    LIMIT :limit
) AS counted
