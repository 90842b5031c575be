SELECT
    audit.seq, audit.id, audit.trace_id, audit.stage, audit.type, audit.outcome, audit.summary,
    audit.actor, audit.tool, audit.risk, audit.latency_ms, audit.run_id, audit.agent_id,
    audit.approval_id, audit.details, audit.created_at
FROM audit
WHERE audit.seq > :after
ORDER BY audit.seq
LIMIT :limit
