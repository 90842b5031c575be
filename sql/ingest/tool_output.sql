UPDATE tool_calls
SET output = :output, output_artifact_id = :output_artifact_id, masked = masked + :masked
WHERE id = :id AND output IS NULL;
