-- What a client's own hooks still ask about a call, or without one about anything of an agent's.
-- Leans on approvals_status: few gates are open at a time.
SELECT approvals.id
FROM approvals
INNER JOIN processes ON approvals.process_id = processes.id
WHERE approvals.status = 'pending'
  AND processes.program = :program
  AND (approvals.tool_call_id = :tool_call_id
       OR (:tool_call_id IS NULL AND approvals.agent_id = :agent_id));
