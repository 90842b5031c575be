INSERT INTO rules (
    id, name, enabled, priority, conditions, actions, hits, last_fired_at, last_reason,
    updated_at
)
VALUES (
    :id, :name, :enabled, :priority, :conditions, :actions, :hits, :last_fired_at, :last_reason,
    :updated_at
);
