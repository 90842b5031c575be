UPDATE tool_calls
SET status = :status, output = :output, output_artifact_id = :output_artifact_id,
    latency_ms = :latency_ms, completed_at = :at, updated_at = :at, error = :error,
    masked = masked + :masked
WHERE id = :id AND status IN ('pending', 'running', 'waiting', 'paused');
