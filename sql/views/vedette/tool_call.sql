SELECT
    tool_calls.seq, tool_calls.id, tool_calls.run_id, tool_calls.agent_id, tool_calls.prompt_id,
    tool_calls.name, tool_calls.input, tool_calls.output, tool_calls.status, tool_calls.status,
    tool_calls.risk, tool_calls.latency_ms, tool_calls.created_at, tool_calls.completed_at,
    tool_calls.error
FROM main.tool_calls
