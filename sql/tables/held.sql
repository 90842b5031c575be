-- How many rows of a table hold a value, by a word of theirs; no more than :limit are counted.
SELECT held.word, count(*)
FROM (
    SELECT {word} AS word
    FROM main.{table}
    WHERE {column} = :value
    LIMIT :limit
) AS held
GROUP BY held.word
ORDER BY count(*) DESC, held.word
