-- Whoever made the newest call that is still open and starts agents.
SELECT tool_calls.agent_id
FROM tool_calls
WHERE tool_calls.run_id = :run_id
  AND tool_calls.name IN ('Task', 'Agent', 'spawn_agent')
  AND tool_calls.status IN ('running', 'waiting')
  AND tool_calls.agent_id <> :id
ORDER BY tool_calls.seq DESC
LIMIT 1;
