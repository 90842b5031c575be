-- Counted once for a run, and never beyond the limit.
SELECT count(*)
FROM (
    SELECT tool_call.seq
    FROM tool_call
    WHERE tool_call.run_id = :run_id
    LIMIT :limit
) AS counted
