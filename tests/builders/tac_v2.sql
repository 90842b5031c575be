-- What version 2 adds to version 1.
CREATE TABLE IF NOT EXISTS orchestrator_chat (
    id TEXT PRIMARY KEY,
    orchestrator_agent_id TEXT NOT NULL,
    sender_type TEXT NOT NULL CHECK (sender_type IN ('user', 'orchestrator', 'agent')),
    receiver_type TEXT NOT NULL CHECK (receiver_type IN ('user', 'orchestrator', 'agent')),
    message TEXT NOT NULL,
    summary TEXT,
    agent_id TEXT,
    metadata TEXT DEFAULT '{}',
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now')),
    FOREIGN KEY (orchestrator_agent_id) REFERENCES orchestrator_agents (id) ON DELETE CASCADE,
    FOREIGN KEY (agent_id) REFERENCES agents (id) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS ai_developer_workflows (
    id TEXT PRIMARY KEY,
    orchestrator_agent_id TEXT,
    adw_name TEXT NOT NULL,
    workflow_type TEXT NOT NULL,
    description TEXT,
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'in_progress', 'completed', 'failed', 'cancelled')),
    current_step TEXT,
    total_steps INTEGER DEFAULT 0,
    completed_steps INTEGER DEFAULT 0,
    started_at TEXT,
    completed_at TEXT,
    duration_seconds INTEGER,
    input_data TEXT DEFAULT '{}',
    output_data TEXT DEFAULT '{}',
    error_message TEXT,
    error_step TEXT,
    error_count INTEGER DEFAULT 0,
    metadata TEXT DEFAULT '{}',
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now')),
    FOREIGN KEY (orchestrator_agent_id) REFERENCES orchestrator_agents (id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS idx_chat_orch ON orchestrator_chat (orchestrator_agent_id);
CREATE INDEX IF NOT EXISTS idx_chat_agent ON orchestrator_chat (agent_id);
CREATE INDEX IF NOT EXISTS idx_chat_sender ON orchestrator_chat (sender_type);
CREATE INDEX IF NOT EXISTS idx_chat_orch_created ON orchestrator_chat (orchestrator_agent_id, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_adw_orch ON ai_developer_workflows (orchestrator_agent_id);
CREATE INDEX IF NOT EXISTS idx_adw_status ON ai_developer_workflows (status);
CREATE INDEX IF NOT EXISTS idx_adw_type ON ai_developer_workflows (workflow_type);
CREATE INDEX IF NOT EXISTS idx_adw_created ON ai_developer_workflows (created_at DESC);

CREATE TRIGGER IF NOT EXISTS update_adw_updated_at
AFTER UPDATE ON ai_developer_workflows
BEGIN
    UPDATE ai_developer_workflows SET updated_at = datetime('now') WHERE id = NEW.id;
END;
