-- A transcript may have written it before: then only a hook knows how it stands, and its risk.
INSERT INTO tool_calls (
    id, run_id, agent_id, name, input, input_artifact_id, status, risk, created_at, updated_at,
    masked
)
VALUES (
    :id, :run_id, :agent_id, :name, :input, :input_artifact_id, :status, :risk, :now, :now, :masked
)
ON CONFLICT (id) DO UPDATE
SET status = excluded.status, risk = coalesce(excluded.risk, tool_calls.risk),
    updated_at = CASE WHEN tool_calls.updated_at > excluded.updated_at THEN tool_calls.updated_at
                      ELSE excluded.updated_at END
WHERE tool_calls.status IN ('pending', 'running', 'waiting', 'paused');
