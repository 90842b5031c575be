-- A window of a text in bytes: length() and substr() of a text stop at a NUL.
-- PostgreSQL: convert_to(prompt.response, 'UTF8') in place of CAST(prompt.response AS BLOB).
SELECT
    length(CAST(prompt.response AS BLOB)),
    substr(CAST(prompt.response AS BLOB), :start, :count)
FROM prompt
WHERE prompt.id = :id
