-- A hook may only have heard that it came back, not how.
UPDATE tool_calls
SET status = 'failed', error = :error, updated_at = :at
WHERE id = :id AND status = 'completed';
