SELECT sum(usage.tokens_in), sum(usage.tokens_out), sum(usage.unpriced)
FROM usage
WHERE usage.run_id = :run_id
