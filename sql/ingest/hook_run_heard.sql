-- What had ended goes on where something begins in it; what waited for the client's own question
-- goes on with whatever comes next. Not while a person is asked here.
UPDATE runs
SET updated_at = CASE WHEN updated_at > :now THEN updated_at ELSE :now END,
    project = coalesce(project, :project),
    process_id = coalesce(:process_id, process_id),
    title = CASE WHEN :is_prompt AND title IN (:session, coalesce(project, :project)) THEN :title
                 ELSE title END,
    ended_at = CASE WHEN :begins AND :now > ended_at THEN NULL ELSE ended_at END,
    error = CASE WHEN :begins AND :now > coalesce(ended_at, '') THEN NULL ELSE error END,
    status = CASE
        WHEN EXISTS (
            SELECT 1
            FROM approvals
            WHERE approvals.run_id = runs.id AND approvals.status = 'pending'
        ) THEN status
        WHEN :begins AND :now > coalesce(ended_at, '') THEN 'running'
        WHEN :goes_on AND status = 'waiting' THEN 'running'
        ELSE status
    END
WHERE id = :run_id;
