-- A transcript may have told of its end before: only what comes after that revives it.
UPDATE agents
SET updated_at = CASE WHEN updated_at > :now THEN updated_at ELSE :now END,
    model = coalesce(:model, model),
    ended_at = CASE WHEN :begins AND :now > ended_at THEN NULL ELSE ended_at END,
    error = CASE WHEN :begins AND :now > coalesce(ended_at, '') THEN NULL ELSE error END,
    status = CASE
        WHEN EXISTS (
            SELECT 1
            FROM approvals
            WHERE approvals.agent_id = agents.id AND approvals.status = 'pending'
        ) THEN status
        WHEN :begins AND :now > coalesce(ended_at, '') THEN 'running'
        WHEN :goes_on AND status = 'waiting' THEN 'running'
        ELSE status
    END
WHERE id = :id;
