-- The parent is who made the call that started it.
UPDATE agents
SET started_at = CASE WHEN :first < started_at THEN :first ELSE started_at END,
    updated_at = CASE WHEN :last > updated_at THEN :last ELSE updated_at END,
    name = CASE WHEN name = :unnamed THEN :name ELSE name END,
    model = coalesce(:model, model),
    parent_id = coalesce(
        (
            SELECT tool_calls.agent_id
            FROM tool_calls
            WHERE tool_calls.id = :parent_tool AND tool_calls.agent_id <> :id
        ),
        parent_id
    ),
    status = CASE WHEN status = 'completed' AND :settled > ended_at THEN 'running'
                  WHEN status = 'paused' AND :last > updated_at THEN 'running'
                  ELSE status END,
    ended_at = CASE WHEN status = 'completed' AND :settled > ended_at THEN NULL
                    ELSE ended_at END
WHERE id = :id;
