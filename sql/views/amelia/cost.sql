SELECT
    {token_usage.timestamp}, workflows.worktree_path, token_usage.workflow_id, pair.json,
    {token_usage.model}, 1, coalesce({token_usage.input_tokens}, 0),
    coalesce({token_usage.output_tokens}, 0), coalesce({token_usage.cache_read_tokens}, 0),
    coalesce({token_usage.cache_creation_tokens}, 0), {token_usage.cost_usd},
    {token_usage.cost_usd} IS NOT NULL, {token_usage.cost_usd} IS NULL
FROM main.token_usage
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(token_usage.workflow_id AS TEXT), CAST(token_usage.agent AS TEXT))
    AND token_usage.workflow_id = pair.key
LEFT JOIN main.workflows ON workflows.id = token_usage.workflow_id
UNION ALL
SELECT
    {brainstorm_messages.created_at}, NULL, brainstorm_messages.session_id, pair.json, NULL, 1,
    coalesce({brainstorm_messages.input_tokens}, 0),
    coalesce({brainstorm_messages.output_tokens}, 0), 0, 0, {brainstorm_messages.cost_usd},
    {brainstorm_messages.cost_usd} IS NOT NULL, {brainstorm_messages.cost_usd} IS NULL
FROM main.brainstorm_messages
JOIN json_each AS pair
    ON pair.json = json_object(CAST(brainstorm_messages.session_id AS TEXT), 'brainstorm')
    AND brainstorm_messages.session_id = pair.key
WHERE brainstorm_messages.role = 'assistant'
