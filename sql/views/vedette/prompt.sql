SELECT
    prompts.seq, prompts.id, prompts.run_id, prompts.agent_id, prompts.kind, prompts.name,
    prompts.model, prompts.status, prompts.status, prompts.request,
    -- A streamed answer stands in its chunks only.
    CASE WHEN prompts.response IS NOT NULL THEN prompts.response
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
