SELECT
    agent.id, agent.run_id,
    (SELECT count(*) FROM prompt WHERE prompt.agent_id = agent.id),
    (SELECT coalesce(sum(prompt.tokens_in), 0) FROM prompt WHERE prompt.agent_id = agent.id),
    (SELECT coalesce(sum(prompt.tokens_out), 0) FROM prompt WHERE prompt.agent_id = agent.id),
    0, 0, agent.cost_usd,
    (SELECT count(*) - count(prompt.cost_usd) FROM prompt WHERE prompt.agent_id = agent.id)
FROM agent
