UPDATE approvals
SET tool_call_id = :tool_call_id, updated_at = :now
WHERE id = :id AND tool_call_id IS NULL;
