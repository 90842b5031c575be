-- The agent that called a model last: whose stream is shown when none was chosen.
SELECT prompt.agent_id
FROM prompt
ORDER BY prompt.seq DESC
LIMIT 1
