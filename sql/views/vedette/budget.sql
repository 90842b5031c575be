SELECT budgets.scope, budgets.key, budgets.limit_micros / 1000000.0
FROM main.budgets
