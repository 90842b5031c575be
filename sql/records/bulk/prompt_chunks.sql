INSERT INTO prompt_chunks (prompt_id, kind, text, created_at)
VALUES (:prompt_id, :kind, :text, :created_at);
