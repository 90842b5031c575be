SELECT tool_call.status
FROM tool_call
WHERE tool_call.id = :id
LIMIT 1
