SELECT budget.scope, budget.key, budget.limit_usd
FROM budget
ORDER BY budget.scope, budget.key
LIMIT 500
