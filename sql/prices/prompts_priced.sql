-- Every call that the table priced, page by page; with :unpriced also those it could not price.
SELECT
    prompts.seq, prompts.id, prompts.run_id, prompts.agent_id, prompts.model, prompts.tokens_in,
    prompts.tokens_out, prompts.cache_read, prompts.cache_write, prompts.cache_write_1h,
    prompts.cost_micros, prompts.completed_at
FROM prompts
WHERE prompts.seq > :after
  AND prompts.completed_at IS NOT NULL
  AND (prompts.cost_source = 'priced' OR (:unpriced AND prompts.cost_source IS NULL))
ORDER BY prompts.seq
LIMIT :limit;
