SELECT
    tool_calls.seq, tool_calls.id, tool_calls.run_id, tool_calls.agent_id, tool_calls.prompt_id,
    tool_calls.name,
    -- The whole payload: the column holds only the beginning of a large one.
    CASE WHEN tool_calls.input_artifact_id IS NULL THEN tool_calls.input
         ELSE (
             SELECT CAST(artifacts.body AS TEXT)
             FROM main.artifacts
             WHERE artifacts.id = tool_calls.input_artifact_id
         ) END,
    CASE WHEN tool_calls.output_artifact_id IS NULL THEN tool_calls.output
         ELSE (
             SELECT CAST(artifacts.body AS TEXT)
             FROM main.artifacts
             WHERE artifacts.id = tool_calls.output_artifact_id
         ) END,
    tool_calls.status, tool_calls.status,
    tool_calls.risk, tool_calls.latency_ms, tool_calls.created_at, tool_calls.completed_at,
    tool_calls.error
FROM main.tool_calls
