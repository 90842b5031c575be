-- Served by the index on status.
SELECT count(*)
FROM approval
WHERE approval.status = 'pending'
