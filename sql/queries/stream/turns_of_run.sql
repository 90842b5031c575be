-- How many turns came before the first one on screen; stops counting at the limit.
SELECT count(*)
FROM (
    SELECT prompt.seq
    FROM prompt
    WHERE prompt.run_id = :id
      AND prompt.seq < :before
    LIMIT :limit
) AS earlier
