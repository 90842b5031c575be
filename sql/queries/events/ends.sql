SELECT min(event.seq), max(event.seq)
FROM event
