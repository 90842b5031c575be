-- One row again, to see whether it is still open.
SELECT
    tool_call.seq, tool_call.id, tool_call.agent_id, substr(tool_call.name, 1, 200),
    tool_call.status, tool_call.created_at, tool_call.completed_at, tool_call.latency_ms, NULL,
    substr(tool_call.error, 1, 300), NULL
FROM tool_call
WHERE tool_call.seq = :seq
  AND tool_call.run_id = :run_id
