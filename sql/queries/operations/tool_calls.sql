-- The newest tool calls, for those that fail again and again; what they carry is left out. :since,
-- where calls are picked out of a log that may hold none.
SELECT
    tool_call.seq, tool_call.id, tool_call.run_id, tool_call.agent_id, tool_call.name,
    tool_call.status, tool_call.created_at
FROM tool_call
WHERE tool_call.seq > :since
ORDER BY tool_call.seq DESC
LIMIT :limit
