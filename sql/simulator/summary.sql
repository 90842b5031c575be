SELECT
    (SELECT count(*) FROM runs),
    (SELECT count(*) FROM agents),
    (SELECT count(*) FROM approvals WHERE approvals.status = 'pending');
