SELECT
    tool_call.source_status, tool_call.risk, tool_call.latency_ms, substr(tool_call.error, 1, 2000)
FROM tool_call
WHERE tool_call.seq = :seq
  AND tool_call.run_id = :run_id
