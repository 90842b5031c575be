SELECT approvals.id
FROM approvals
WHERE approvals.status = 'pending' AND approvals.process_id = :process_id;
