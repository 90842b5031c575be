-- sqlite_sequence names every table a row was ever appended to.
SELECT EXISTS (
    SELECT 1
    FROM sqlite_sequence
    WHERE seq > 0
);
