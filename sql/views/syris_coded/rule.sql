SELECT
    rules.rowid, rules.rule_id, {rules.name},
    CASE WHEN lower({rules.enabled}) IN ('1', 'true', 't') THEN 1 ELSE 0 END,
    {rules.priority}, {rules.conditions}, {rules.action|actions}, {rules.fire_count},
    {rules.last_fired_at},
    CASE WHEN {rules.suppression_count} > 0
         THEN 'suppressed ' || {rules.suppression_count} || ' times' END,
    {rules.updated_at}
FROM main.rules
