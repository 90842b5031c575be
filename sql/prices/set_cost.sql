-- Only while nothing else has changed what it cost.
UPDATE prompts
SET cost_micros = :cost_micros, cost_source = :cost_source
WHERE id = :id
  AND coalesce(cost_source, 'priced') = 'priced'
  AND coalesce(cost_micros, -1) = coalesce(:cost_before, -1);
