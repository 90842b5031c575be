SELECT
    rules.seq, rules.id, rules.name, rules.enabled, rules.priority, rules.conditions, rules.actions,
    rules.hits, rules.last_fired_at, rules.last_reason, rules.updated_at
FROM main.rules
