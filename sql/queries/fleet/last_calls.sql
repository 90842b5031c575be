-- The newest calls of one agent, the start of their input only: enough to tell a loop. The run is
-- named as well: some sources find an agent's calls by it alone.
SELECT
    tool_call.id, tool_call.name, substr(tool_call.input, 1, 400), tool_call.status,
    tool_call.created_at, tool_call.completed_at, tool_call.error
FROM tool_call
WHERE tool_call.agent_id = :agent_id
  AND tool_call.run_id = :run_id
ORDER BY tool_call.seq DESC
LIMIT :limit
