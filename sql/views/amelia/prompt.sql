SELECT
    token_usage.rowid, token_usage.id, token_usage.workflow_id, pair.json, 'invocation',
    token_usage.agent, {token_usage.model}, 'completed', NULL, CAST(NULL AS TEXT),
    CAST(NULL AS TEXT),
    -- Amelia's input already holds what the cache gave.
    {token_usage.input_tokens}, {token_usage.output_tokens}, {token_usage.cache_read_tokens},
    {token_usage.cache_creation_tokens}, {token_usage.cost_usd},
    CASE WHEN {token_usage.cost_usd} IS NULL THEN NULL ELSE 'reported' END,
    {token_usage.duration_ms},
    -- Only the end is written; the beginning is that less the duration.
    CAST(coalesce(
        strftime(
            '%Y-%m-%dT%H:%M:%f+00:00',
            julianday({token_usage.timestamp})
                - coalesce({token_usage.duration_ms}, 0) / 86400000.0
        ),
        {token_usage.timestamp}
    ) AS TEXT),
    CAST({token_usage.timestamp} AS TEXT), NULL
FROM main.token_usage
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(token_usage.workflow_id AS TEXT), CAST(token_usage.agent AS TEXT))
    AND token_usage.workflow_id = pair.key
UNION ALL
-- Brainstorming: an answer and what it answers. Numbers below all of the tokens' keep the order of
-- one growing table intact.
SELECT
    CAST(brainstorm_messages.rowid - 1000000000000 AS INTEGER), brainstorm_messages.id,
    brainstorm_messages.session_id, pair.json, 'brainstorm', CAST('brainstorm' AS TEXT),
    CAST(NULL AS TEXT), 'completed', NULL,
    (
        SELECT asked.content
        FROM main.brainstorm_messages AS asked
        WHERE asked.session_id = brainstorm_messages.session_id
          AND asked.sequence < brainstorm_messages.sequence
          AND asked.role = 'user'
        ORDER BY asked.sequence DESC
        LIMIT 1
    ),
    brainstorm_messages.content, {brainstorm_messages.input_tokens},
    {brainstorm_messages.output_tokens}, CAST(NULL AS INTEGER),
    CAST(NULL AS INTEGER), {brainstorm_messages.cost_usd},
    CASE WHEN {brainstorm_messages.cost_usd} IS NULL THEN NULL ELSE 'reported' END,
    CAST(NULL AS INTEGER), CAST({brainstorm_messages.created_at} AS TEXT),
    CAST({brainstorm_messages.created_at} AS TEXT), NULL
FROM main.brainstorm_messages
JOIN json_each AS pair
    ON pair.json = json_object(CAST(brainstorm_messages.session_id AS TEXT), 'brainstorm')
    AND brainstorm_messages.session_id = pair.key
WHERE brainstorm_messages.role = 'assistant'
  AND brainstorm_messages.rowid > (SELECT max(newest.rowid) FROM main.brainstorm_messages AS newest)
      - 10000
