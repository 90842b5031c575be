-- A window of a text in bytes: length() and substr() of a text stop at a NUL.
SELECT
    length(CAST(prompt.request AS BLOB)),
    substr(CAST(prompt.request AS BLOB), :start, :count)
FROM prompt
WHERE prompt.id = :id
