-- When the newest event was. The sequence stands among the columns: only then is a view of several
-- parts read in its order.
SELECT event.created_at, event.seq
FROM event
ORDER BY event.seq DESC
LIMIT 1
