CREATE TABLE events (
    id TEXT PRIMARY KEY,
    workflow_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    timestamp TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    agent TEXT NOT NULL,
    event_type TEXT NOT NULL,
    level TEXT NOT NULL DEFAULT 'debug',
    message TEXT NOT NULL,
    data_json TEXT,
    correlation_id TEXT,
    tool_name TEXT,
    tool_input_json TEXT,
    is_error INTEGER NOT NULL DEFAULT 0,
    trace_id TEXT,
    parent_id TEXT,
    FOREIGN KEY (workflow_id) REFERENCES workflows (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX idx_events_workflow_sequence ON events (workflow_id, sequence);
CREATE INDEX idx_events_workflow ON events (workflow_id, timestamp);
CREATE INDEX idx_events_type ON events (event_type);
CREATE INDEX idx_events_level ON events (level);
CREATE INDEX idx_events_trace_id ON events (trace_id);
