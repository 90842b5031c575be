INSERT INTO agents (id, run_id, parent_id, name, kind, model, status, started_at, updated_at)
SELECT
    :id, :run_id, parent.id, :name, :kind, :model, 'running', :first, :first
FROM (SELECT 1) AS once
LEFT JOIN agents AS parent ON parent.id = :parent_id AND parent.id <> :id
WHERE true
ON CONFLICT (id) DO NOTHING;
