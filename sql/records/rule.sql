INSERT INTO rules (
    id, name, enabled, priority, conditions, actions, hits, last_fired_at, last_reason, updated_at
)
VALUES (
    :id, :name, :enabled, :priority, :conditions, :actions, :hits, :last_fired_at, :last_reason,
    :now
)
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, enabled = excluded.enabled, priority = excluded.priority,
    conditions = excluded.conditions, actions = excluded.actions, hits = excluded.hits,
    last_fired_at = excluded.last_fired_at, last_reason = excluded.last_reason,
    updated_at = excluded.updated_at;
