UPDATE prompts
SET masked = masked + :masked
WHERE id = :id;
