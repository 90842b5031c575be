-- What the trail is told, with the references that the approval itself holds.
INSERT INTO audit_events (
    audit_id, timestamp, trace_id, stage, type, summary, outcome
    , ref_event_id -- if audit_events.ref_event_id
    , ref_task_id -- if audit_events.ref_task_id
    , ref_step_id -- if audit_events.ref_step_id
    , ref_approval_id -- if audit_events.ref_approval_id
    , risk_level -- if audit_events.risk_level
    , autonomy_level -- if audit_events.autonomy_level
)
SELECT
    :audit_id, :now, {approvals.trace_id}, :stage, :type, :summary, :outcome
    , {approvals.ref_event_id} -- if audit_events.ref_event_id
    , {approvals.ref_task_id} -- if audit_events.ref_task_id
    , {approvals.ref_step_id} -- if audit_events.ref_step_id
    , approval_id -- if audit_events.ref_approval_id
    , {approvals.risk_level|risk} -- if audit_events.risk_level
    , {approvals.autonomy_level} -- if audit_events.autonomy_level
FROM approvals
WHERE approval_id = :id;
