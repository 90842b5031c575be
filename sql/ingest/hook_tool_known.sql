SELECT tool_calls.created_at
FROM tool_calls
WHERE tool_calls.id = :id;
