-- One page of tool calls without their texts, newest first; the index on agent_id ends in seq.
-- The run is named as well: some sources find what is an agent's by it alone.
SELECT
    tool_call.seq, tool_call.id, tool_call.run_id, tool_call.agent_id, tool_call.prompt_id,
    tool_call.name, tool_call.status, tool_call.source_status, tool_call.risk,
    tool_call.latency_ms, tool_call.created_at, tool_call.completed_at,
    substr(tool_call.error, 1, 2000)
FROM tool_call
WHERE tool_call.agent_id = :id
  AND tool_call.run_id = :run_id
  AND tool_call.seq > :after
  AND tool_call.seq < :before
ORDER BY tool_call.seq DESC
LIMIT :limit
