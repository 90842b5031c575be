UPDATE runs
SET updated_at = :now
WHERE id = :id;
