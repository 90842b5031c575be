INSERT INTO agents (
    id, run_id, parent_id, name, kind, model, status, started_at, ended_at, updated_at,
    context_used, error, calls, unpriced, tokens_in, tokens_out, cache_read, cache_write,
    cost_micros
)
VALUES (
    :id, :run_id, :parent_id, :name, :kind, :model, :status, :started_at, :ended_at,
    :updated_at, :context_used, :error, :calls, :unpriced, :tokens_in, :tokens_out, :cache_read,
    :cache_write, :cost_micros
);
