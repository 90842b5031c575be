SELECT
    rule.seq, rule.id, rule.name, rule.enabled, rule.priority, rule.conditions, rule.actions,
    rule.hits, rule.last_fired_at, rule.last_reason, rule.updated_at
FROM rule
WHERE rule.seq < :before
ORDER BY rule.seq DESC
LIMIT :limit
