SELECT
    checks.seq, checks.id, checks.run_id, checks.kind, checks.status, checks.output,
    checks.created_at
FROM main.checks
