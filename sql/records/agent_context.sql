UPDATE agents
SET context_used = :context_used,
    updated_at = CASE WHEN updated_at > :now THEN updated_at ELSE :now END
WHERE id = :id;
