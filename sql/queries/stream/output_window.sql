-- A window of a text in bytes: length() and substr() of a text stop at a NUL.
-- PostgreSQL: convert_to(tool_call.output, 'UTF8') in place of CAST(tool_call.output AS BLOB).
SELECT
    length(CAST(tool_call.output AS BLOB)),
    substr(CAST(tool_call.output AS BLOB), :start, :count)
FROM tool_call
WHERE tool_call.id = :id
