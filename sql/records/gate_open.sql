INSERT INTO approvals (
    id, run_id, agent_id, tool_call_id, process_id, kind, title, why, payload, payload_sha256, risk,
    needed, on_timeout, requested_by, requested_at, expires_at, updated_at
)
VALUES (
    :id, :run_id, :agent_id, :tool_call_id, :process_id, :kind, :title, :why, :payload,
    :payload_sha256, :risk, :needed, :on_timeout, :requested_by, :now, :expires_at, :now
);
