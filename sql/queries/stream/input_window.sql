-- A window of a text in bytes: length() and substr() of a text stop at a NUL.
-- PostgreSQL: convert_to(tool_call.input, 'UTF8') in place of CAST(tool_call.input AS BLOB).
SELECT
    length(CAST(tool_call.input AS BLOB)),
    substr(CAST(tool_call.input AS BLOB), :start, :count)
FROM tool_call
WHERE tool_call.id = :id
