SELECT
    prompts.seq, prompts.id, prompts.run_id, prompts.agent_id, prompts.kind, prompts.name,
    prompts.model, prompts.status, prompts.status,
    -- The whole text: the column holds only the beginning of a large one.
    CASE WHEN prompts.request_artifact_id IS NULL THEN prompts.request
         ELSE (
             SELECT CAST(artifacts.body AS TEXT)
             FROM main.artifacts
             WHERE artifacts.id = prompts.request_artifact_id
         ) END,
    -- A streamed answer stands in its chunks only.
    CASE WHEN prompts.response_artifact_id IS NOT NULL THEN (
             SELECT CAST(artifacts.body AS TEXT)
             FROM main.artifacts
             WHERE artifacts.id = prompts.response_artifact_id
         )
         WHEN prompts.response IS NOT NULL THEN prompts.response
         ELSE (
             SELECT group_concat(piece.text, '')
             FROM (
                 SELECT prompt_chunks.text
                 FROM main.prompt_chunks
                 WHERE prompt_chunks.prompt_id = prompts.id AND prompt_chunks.kind = 'text'
                 ORDER BY prompt_chunks.seq
             ) AS piece
         ) END,
    prompts.tokens_in, prompts.tokens_out, prompts.cache_read, prompts.cache_write,
    prompts.cost_micros / 1000000.0, prompts.cost_source, prompts.latency_ms, prompts.created_at,
    prompts.completed_at, prompts.error
FROM main.prompts
