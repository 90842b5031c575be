SELECT budget.limit_usd
FROM budget
WHERE budget.scope = 'run'
  AND budget.key = :run_id
LIMIT 1
