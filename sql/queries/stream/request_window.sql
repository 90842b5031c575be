-- A window of a text in bytes: length() and substr() of a text stop at a NUL.
-- PostgreSQL: convert_to(prompt.request, 'UTF8') in place of CAST(prompt.request AS BLOB).
SELECT
    length(CAST(prompt.request AS BLOB)),
    substr(CAST(prompt.request AS BLOB), :start, :count)
FROM prompt
WHERE prompt.id = :id
