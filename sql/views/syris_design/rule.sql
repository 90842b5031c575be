SELECT
    rules.rowid, rules.rule_id, {rules.name}, {rules.enabled}, {rules.priority},
    {rules.conditions}, {rules.actions|action}, {rules.fire_count}, {rules.last_fired_at},
    {rules.last_dedupe_key}, {rules.updated_at}
FROM main.rules
