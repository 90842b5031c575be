-- What ended goes on where something was said clearly after its end.
UPDATE runs
SET started_at = CASE WHEN :first < started_at THEN :first ELSE started_at END,
    updated_at = CASE WHEN :last > updated_at THEN :last ELSE updated_at END,
    project = coalesce(project, :project),
    title = CASE WHEN title IN (:session, coalesce(project, :project)) THEN :title ELSE title END,
    status = CASE WHEN status = 'completed' AND :settled > ended_at THEN 'running'
                  WHEN status = 'paused' AND :last > updated_at THEN 'running'
                  ELSE status END,
    ended_at = CASE WHEN status = 'completed' AND :settled > ended_at THEN NULL
                    ELSE ended_at END
WHERE id = :id;
