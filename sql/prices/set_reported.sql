UPDATE prompts
SET cost_micros = :cost_micros, cost_source = 'reported'
WHERE id = :id;
