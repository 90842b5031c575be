SELECT
    events.seq, CAST(events.seq AS TEXT), events.run_id, events.agent_id, events.level, events.kind,
    events.message, events.details, events.created_at
FROM main.events
