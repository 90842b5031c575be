UPDATE agents
SET context_used = :context_used, updated_at = :now
WHERE id = :id;
