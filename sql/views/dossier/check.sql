SELECT
    run_check.rowid, run_check.id, run_check.run_id, coalesce({run_check.check_type}, 'check'),
    run_check.status, {run_check.output},
    coalesce({run_check.executed_at}, {run_check.created_at})
FROM main.run_check
