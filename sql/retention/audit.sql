INSERT INTO audit (id, stage, type, outcome, summary, actor, run_id, created_at)
VALUES (:audit_id, 'retention', 'run.removed', 'success', :summary, :actor, :id, :now);
