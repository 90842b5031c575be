CREATE TABLE workflow_log (
    id TEXT PRIMARY KEY,
    workflow_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    timestamp TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    event_type TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error', 'debug')),
    agent TEXT,
    message TEXT NOT NULL,
    data_json TEXT,
    is_error INTEGER NOT NULL DEFAULT 0,
    FOREIGN KEY (workflow_id) REFERENCES workflows (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX idx_workflow_log_workflow_sequence ON workflow_log (workflow_id, sequence);
CREATE INDEX idx_workflow_log_workflow ON workflow_log (workflow_id, timestamp);
CREATE INDEX idx_workflow_log_errors ON workflow_log (workflow_id) WHERE is_error = 1;
