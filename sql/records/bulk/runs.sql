INSERT INTO runs (
    id, process_id, title, kind, status, project, started_at, ended_at, updated_at, error
)
VALUES (
    :id, :process_id, :title, :kind, :status, :project, :started_at, :ended_at, :updated_at,
    :error
);
