SELECT
    watcher_states.rowid, watcher_states.watcher_id, watcher_states.watcher_id,
    CASE WHEN lower({watcher_states.enabled}) IN ('1', 'true', 't') THEN 1 ELSE 0 END, {watcher_states.last_tick_at},
    {watcher_states.last_outcome}, {watcher_states.consecutive_errors},
    {watcher_states.suppression_count}, {watcher_states.updated_at}
FROM main.watcher_states
