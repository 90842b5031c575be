INSERT INTO routing_decisions (id, run_id, event, decision, lane, risk, gates, reason, created_at)
VALUES (:id, :run_id, :event, :decision, :lane, :risk, :gates, :reason, :created_at);
