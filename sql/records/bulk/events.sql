INSERT INTO events (run_id, agent_id, level, kind, message, details, created_at)
VALUES (:run_id, :agent_id, :level, :kind, :message, :details, :created_at);
