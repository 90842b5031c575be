SELECT
    pair.json, token_usage.workflow_id, count(*), coalesce(sum({token_usage.input_tokens}), 0),
    coalesce(sum({token_usage.output_tokens}), 0),
    coalesce(sum({token_usage.cache_read_tokens}), 0),
    coalesce(sum({token_usage.cache_creation_tokens}), 0), sum({token_usage.cost_usd}),
    count(*) - count({token_usage.cost_usd})
FROM main.token_usage
JOIN json_each AS pair
    ON pair.json
        = json_object(CAST(token_usage.workflow_id AS TEXT), CAST(token_usage.agent AS TEXT))
    AND token_usage.workflow_id = pair.key
GROUP BY pair.json, token_usage.workflow_id
