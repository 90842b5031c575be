INSERT INTO audit (
    id, trace_id, stage, type, outcome, summary, actor, tool, risk, latency_ms, run_id,
    agent_id, approval_id, details, created_at
)
VALUES (
    :id, :trace_id, :stage, :type, :outcome, :summary, :actor, :tool, :risk, :latency_ms,
    :run_id, :agent_id, :approval_id, :details, :created_at
);
