SELECT event.details
FROM event
WHERE event.seq = :seq
