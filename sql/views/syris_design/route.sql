SELECT
    routing_decisions.rowid, routing_decisions.trace_id, routing_decisions.trace_id,
    coalesce(
        (
            SELECT {events.text|content_text|content}
            FROM main.events
            WHERE events.event_id = {routing_decisions.event_id}
        ),
        {routing_decisions.event_id}
    ),
    {routing_decisions.execution_mode}, {routing_decisions.matched_fastpath|intent},
    {routing_decisions.risk_level}, {routing_decisions.gates}, {routing_decisions.notes},
    {routing_decisions.decided_at}
FROM main.routing_decisions
