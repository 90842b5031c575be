SELECT
    watcher_state.rowid, watcher_state.watcher_id, watcher_state.watcher_id,
    {watcher_state.enabled}, {watcher_state.last_tick_at},
    {watcher_state.last_outcome}, {watcher_state.consecutive_errors},
    {watcher_state.suppression_count}, {watcher_state.updated_at}
FROM main.watcher_state
