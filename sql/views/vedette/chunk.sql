SELECT
    prompt_chunks.seq, prompt_chunks.prompt_id, prompt_chunks.kind, prompt_chunks.text,
    prompt_chunks.created_at
FROM main.prompt_chunks
