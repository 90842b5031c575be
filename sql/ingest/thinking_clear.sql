DELETE FROM prompt_chunks
WHERE prompt_id = :prompt_id AND kind = 'thinking';
