-- Served by the index on agent_id, from the newest; only the beginning of what was asked.
SELECT substr(prompt.request, 1, :most), prompt.created_at
FROM prompt
WHERE prompt.agent_id = :agent_id
  AND prompt.request IS NOT NULL
ORDER BY prompt.seq DESC
LIMIT :limit
