-- Text order is day order in every source: each time text begins with its date.
SELECT cost.cost_usd, cost.unpriced
FROM cost
WHERE cost.hour >= :day
