-- A hook that was killed could not say so itself: its question is withdrawn, and nobody answers it.
UPDATE tool_calls
SET status = 'cancelled', completed_at = :now, updated_at = :now, error = :error
WHERE agent_id = :agent_id
  AND status = 'waiting'
  AND EXISTS (
      SELECT 1
      FROM approvals
      WHERE approvals.tool_call_id = tool_calls.id AND approvals.status = 'withdrawn'
  )
  AND NOT EXISTS (
      SELECT 1
      FROM approvals
      WHERE approvals.tool_call_id = tool_calls.id AND approvals.status <> 'withdrawn'
  );
