SELECT prompts.id, prompts.agent_id, prompts.run_id, prompts.model, prompts.created_at
FROM prompts
JOIN runs ON runs.id = prompts.run_id
WHERE runs.process_id = :process_id
  AND prompts.status IN ('pending', 'running', 'waiting');
