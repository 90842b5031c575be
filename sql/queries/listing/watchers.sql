SELECT
    watcher.seq, watcher.id, watcher.name, watcher.enabled, watcher.last_tick_at,
    watcher.last_outcome, watcher.consecutive_errors, watcher.suppressed, watcher.updated_at
FROM watcher
WHERE watcher.seq < :before
ORDER BY watcher.seq DESC
LIMIT :limit
