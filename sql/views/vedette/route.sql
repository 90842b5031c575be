SELECT
    routing_decisions.seq, routing_decisions.id, routing_decisions.run_id, routing_decisions.event,
    routing_decisions.decision, routing_decisions.lane, routing_decisions.risk,
    routing_decisions.gates, routing_decisions.reason, routing_decisions.created_at
FROM main.routing_decisions
