-- A hook may have written it before: then only what it could not know is filled in.
INSERT INTO tool_calls (
    id, run_id, agent_id, prompt_id, name, input, input_artifact_id, status, created_at,
    updated_at, masked
)
SELECT
    :id, :run_id, :agent_id, prompt.id, :name, :input, :input_artifact_id, 'running', :at, :at,
    :masked
FROM (SELECT 1) AS once
LEFT JOIN prompts AS prompt ON prompt.id = :prompt_id
WHERE true
ON CONFLICT (id) DO UPDATE
SET prompt_id = coalesce(tool_calls.prompt_id, excluded.prompt_id),
    input = coalesce(tool_calls.input, excluded.input),
    input_artifact_id = CASE WHEN tool_calls.input IS NULL THEN excluded.input_artifact_id
                             ELSE tool_calls.input_artifact_id END
WHERE tool_calls.prompt_id IS NULL OR tool_calls.input IS NULL;
