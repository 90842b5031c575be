-- The agent that called a model last: whose stream is shown when none was chosen. The sequence stands
-- among the columns: only then is a view of several parts read in its order.
SELECT prompt.agent_id, prompt.seq
FROM prompt
ORDER BY prompt.seq DESC
LIMIT 1
