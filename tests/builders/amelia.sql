PRAGMA journal_mode = WAL;

CREATE TABLE workflows (
    id TEXT PRIMARY KEY,
    issue_id TEXT NOT NULL,
    worktree_path TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending',
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    started_at TIMESTAMP,
    completed_at TIMESTAMP,
    failure_reason TEXT,
    workflow_type TEXT NOT NULL DEFAULT 'full',
    profile_id TEXT,
    plan_cache TEXT,
    issue_cache TEXT
);
CREATE INDEX idx_workflows_issue_id ON workflows (issue_id);
CREATE INDEX idx_workflows_status ON workflows (status);
CREATE INDEX idx_workflows_worktree ON workflows (worktree_path);
CREATE INDEX idx_workflows_started_at ON workflows (started_at DESC);
CREATE UNIQUE INDEX idx_workflows_active_worktree ON workflows (worktree_path)
    WHERE status IN ('in_progress', 'blocked');

CREATE TABLE token_usage (
    id TEXT PRIMARY KEY,
    workflow_id TEXT NOT NULL,
    agent TEXT NOT NULL,
    model TEXT NOT NULL DEFAULT 'claude-sonnet-4-20250514',
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER DEFAULT 0,
    cache_creation_tokens INTEGER DEFAULT 0,
    cost_usd REAL NOT NULL,
    duration_ms INTEGER NOT NULL DEFAULT 0,
    num_turns INTEGER NOT NULL DEFAULT 1,
    timestamp TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (workflow_id) REFERENCES workflows (id) ON DELETE CASCADE
);
CREATE INDEX idx_tokens_workflow ON token_usage (workflow_id);
CREATE INDEX idx_tokens_agent ON token_usage (agent);

CREATE TABLE prompts (
    id TEXT PRIMARY KEY,
    agent TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    current_version_id TEXT
);

CREATE TABLE prompt_versions (
    id TEXT PRIMARY KEY,
    prompt_id TEXT NOT NULL,
    version_number INTEGER NOT NULL,
    content TEXT NOT NULL,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    change_note TEXT,
    UNIQUE (prompt_id, version_number),
    FOREIGN KEY (prompt_id) REFERENCES prompts (id)
);
CREATE INDEX idx_prompt_versions_prompt ON prompt_versions (prompt_id);

CREATE TABLE workflow_prompt_versions (
    workflow_id TEXT NOT NULL,
    prompt_id TEXT NOT NULL,
    version_id TEXT NOT NULL,
    PRIMARY KEY (workflow_id, prompt_id),
    FOREIGN KEY (version_id) REFERENCES prompt_versions (id),
    FOREIGN KEY (prompt_id) REFERENCES prompts (id),
    FOREIGN KEY (workflow_id) REFERENCES workflows (id) ON DELETE CASCADE
);
CREATE INDEX idx_workflow_prompts_workflow ON workflow_prompt_versions (workflow_id);

CREATE TABLE brainstorm_sessions (
    id TEXT PRIMARY KEY,
    profile_id TEXT NOT NULL,
    driver_session_id TEXT,
    driver_type TEXT,
    status TEXT NOT NULL DEFAULT 'active',
    topic TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX idx_brainstorm_sessions_profile ON brainstorm_sessions (profile_id);
CREATE INDEX idx_brainstorm_sessions_status ON brainstorm_sessions (status);

CREATE TABLE brainstorm_messages (
    id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    parts_json TEXT,
    created_at TIMESTAMP NOT NULL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cost_usd REAL,
    is_system INTEGER NOT NULL DEFAULT 0,
    UNIQUE (session_id, sequence),
    FOREIGN KEY (session_id) REFERENCES brainstorm_sessions (id) ON DELETE CASCADE
);
CREATE INDEX idx_brainstorm_messages_session ON brainstorm_messages (session_id, sequence);

CREATE TABLE brainstorm_artifacts (
    id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL,
    type TEXT NOT NULL,
    path TEXT NOT NULL,
    title TEXT,
    created_at TIMESTAMP NOT NULL,
    FOREIGN KEY (session_id) REFERENCES brainstorm_sessions (id) ON DELETE CASCADE
);
CREATE INDEX idx_brainstorm_artifacts_session ON brainstorm_artifacts (session_id);

CREATE TABLE server_settings (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    log_retention_days INTEGER NOT NULL DEFAULT 30,
    log_retention_max_events INTEGER NOT NULL DEFAULT 100000,
    trace_retention_days INTEGER NOT NULL DEFAULT 7,
    checkpoint_retention_days INTEGER NOT NULL DEFAULT 0,
    checkpoint_path TEXT NOT NULL DEFAULT '~/.amelia/checkpoints.db',
    websocket_idle_timeout_seconds REAL NOT NULL DEFAULT 300.0,
    workflow_start_timeout_seconds REAL NOT NULL DEFAULT 60.0,
    max_concurrent INTEGER NOT NULL DEFAULT 5,
    stream_tool_results INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE profiles (
    id TEXT PRIMARY KEY,
    tracker TEXT NOT NULL DEFAULT 'noop',
    working_dir TEXT NOT NULL,
    plan_output_dir TEXT NOT NULL DEFAULT 'docs/plans',
    plan_path_pattern TEXT NOT NULL DEFAULT 'docs/plans/{date}-{issue_key}.md',
    agents TEXT NOT NULL,
    is_active INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_profiles_active ON profiles (is_active);
