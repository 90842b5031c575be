-- Two searches: asked for together, min and max would read the whole log.
SELECT
    (SELECT event.seq FROM event ORDER BY event.seq LIMIT 1),
    (SELECT event.seq FROM event ORDER BY event.seq DESC LIMIT 1)
