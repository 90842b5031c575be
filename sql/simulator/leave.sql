-- The process that wrote a history never ran on this machine: nobody may take its open runs for
-- those of a crashed neighbour.
UPDATE processes
SET pid = 41877, host = 'mira', birth = NULL, started_at = :started_at, heartbeat_at = :now,
    ended_at = NULL, ending = NULL
WHERE id = :id;
