SELECT tool_calls.agent_id, tool_calls.name, tool_calls.created_at
FROM tool_calls
WHERE tool_calls.id = :id;
