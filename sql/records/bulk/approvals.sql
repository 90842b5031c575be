INSERT INTO approvals (
    id, run_id, agent_id, tool_call_id, process_id, kind, title, why, payload, payload_sha256,
    risk, status, needed, on_timeout, requested_by, requested_at, expires_at, decided_by,
    decided_at, reason, picked_up_at, moved_on_at, updated_at
)
VALUES (
    :id, :run_id, :agent_id, :tool_call_id, :process_id, :kind, :title, :why, :payload,
    :payload_sha256, :risk, :status, :needed, :on_timeout, :requested_by, :requested_at,
    :expires_at, :decided_by, :decided_at, :reason, :picked_up_at, :moved_on_at, :updated_at
);
