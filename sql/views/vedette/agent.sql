SELECT
    agents.seq, agents.id, agents.run_id, agents.parent_id, agents.name, agents.kind, agents.model,
    agents.status, agents.status, agents.started_at, agents.ended_at, agents.updated_at,
    CASE WHEN agents.calls > 0 AND agents.unpriced = agents.calls THEN NULL
         ELSE agents.cost_micros / 1000000.0 END,
    agents.context_used, agents.error
FROM main.agents
