PRAGMA journal_mode = WAL;
PRAGMA foreign_keys = ON;

CREATE TABLE IF NOT EXISTS orchestrator_agents (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    description TEXT,
    agent_type TEXT NOT NULL CHECK (agent_type IN ('planner', 'builder', 'reviewer', 'tester', 'orchestrator', 'utility')),
    capabilities TEXT,
    default_model TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now'))
);

CREATE TABLE IF NOT EXISTS agents (
    id TEXT PRIMARY KEY,
    orchestrator_agent_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    parent_agent_id TEXT,
    status TEXT NOT NULL DEFAULT 'initializing' CHECK (status IN ('initializing', 'planning', 'executing', 'reviewing', 'completed', 'failed', 'cancelled')),
    context TEXT,
    config TEXT,
    started_at TEXT NOT NULL DEFAULT (datetime('now')),
    completed_at TEXT,
    cost_usd REAL DEFAULT 0.0,
    error_message TEXT,
    FOREIGN KEY (orchestrator_agent_id) REFERENCES orchestrator_agents (id) ON DELETE CASCADE,
    FOREIGN KEY (parent_agent_id) REFERENCES agents (id) ON DELETE SET NULL
);

CREATE TABLE IF NOT EXISTS prompts (
    id TEXT PRIMARY KEY,
    agent_id TEXT NOT NULL,
    prompt_type TEXT NOT NULL CHECK (prompt_type IN ('adw', 'command', 'followup', 'correction', 'tool_call')),
    prompt_name TEXT,
    prompt_text TEXT NOT NULL,
    response_text TEXT,
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'streaming', 'completed', 'failed', 'cancelled')),
    model_used TEXT,
    tokens_input INTEGER DEFAULT 0,
    tokens_output INTEGER DEFAULT 0,
    cost_usd REAL DEFAULT 0.0,
    latency_ms INTEGER,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    completed_at TEXT,
    error_message TEXT,
    FOREIGN KEY (agent_id) REFERENCES agents (id) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS agent_logs (
    id INTEGER PRIMARY KEY,
    agent_id TEXT NOT NULL,
    log_level TEXT NOT NULL DEFAULT 'INFO' CHECK (log_level IN ('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL')),
    log_type TEXT NOT NULL CHECK (log_type IN ('state_change', 'milestone', 'error', 'performance', 'tool_call', 'cost_update')),
    message TEXT NOT NULL,
    details TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    FOREIGN KEY (agent_id) REFERENCES agents (id) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS system_logs (
    id INTEGER PRIMARY KEY,
    log_level TEXT NOT NULL DEFAULT 'INFO' CHECK (log_level IN ('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL')),
    component TEXT NOT NULL,
    message TEXT NOT NULL,
    details TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now'))
);

CREATE INDEX IF NOT EXISTS idx_agents_session ON agents (session_id);
CREATE INDEX IF NOT EXISTS idx_agents_orch ON agents (orchestrator_agent_id);
CREATE INDEX IF NOT EXISTS idx_prompts_agent ON prompts (agent_id);
CREATE INDEX IF NOT EXISTS idx_prompts_status ON prompts (status);
CREATE INDEX IF NOT EXISTS idx_agent_logs_agent ON agent_logs (agent_id);
CREATE INDEX IF NOT EXISTS idx_system_logs_level ON system_logs (log_level);

CREATE TRIGGER IF NOT EXISTS update_orchestrator_agents_updated_at
AFTER UPDATE ON orchestrator_agents
BEGIN
    UPDATE orchestrator_agents SET updated_at = datetime('now') WHERE id = NEW.id;
END;
