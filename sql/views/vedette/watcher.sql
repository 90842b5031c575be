SELECT
    watchers.seq, watchers.id, watchers.name, watchers.enabled, watchers.last_tick_at,
    watchers.last_outcome, watchers.consecutive_errors, watchers.suppressed, watchers.updated_at
FROM main.watchers
