INSERT INTO prompts (
    id, run_id, agent_id, kind, name, model, status, request, request_artifact_id, created_at,
    updated_at, masked
)
VALUES (
    :id, :run_id, :agent_id, :kind, :name, :model, :status, :request, :request_artifact_id,
    :created_at, :updated_at, :masked
);
