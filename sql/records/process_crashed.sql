UPDATE processes
SET ended_at = :now, ending = 'crashed'
WHERE id = :id AND ended_at IS NULL;
