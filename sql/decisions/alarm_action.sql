INSERT INTO alarm_actions (alarm_id, action, actor, note, until, created_at)
VALUES (:id, :action, :actor, :note, :until, :now);
