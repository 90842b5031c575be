-- A permission is asked for without the call's id: the newest open call of the agent that is the same.
SELECT tool_calls.id
FROM tool_calls
WHERE tool_calls.agent_id = :agent_id
  AND tool_calls.name = :name
  AND tool_calls.input IS :input
  AND tool_calls.status IN ('running', 'waiting')
ORDER BY tool_calls.seq DESC
LIMIT 1;
