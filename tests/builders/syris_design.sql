-- SYRIS as its documents design it: the documented columns and indexes, no others.
CREATE TABLE events (
    event_id TEXT PRIMARY KEY,
    schema_version TEXT NOT NULL DEFAULT '1.0',
    occurred_at TEXT NOT NULL,
    ingested_at TEXT NOT NULL,
    channel TEXT NOT NULL,
    connector_id TEXT NOT NULL,
    thread_id TEXT,
    message_id TEXT,
    actor_type TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    text TEXT,
    structured TEXT NOT NULL DEFAULT '{}',
    attachment_refs TEXT NOT NULL DEFAULT '[]',
    links TEXT NOT NULL DEFAULT '[]',
    timezone TEXT NOT NULL DEFAULT 'UTC',
    locale TEXT NOT NULL DEFAULT 'en-GB',
    device_id TEXT,
    trace_id TEXT NOT NULL,
    parent_event_id TEXT,
    dedupe_key TEXT,
    sensitivity TEXT NOT NULL DEFAULT 'low',
    redaction_policy_id TEXT NOT NULL DEFAULT 'default'
);
CREATE INDEX idx_events_trace_id ON events(trace_id);
CREATE INDEX idx_events_ingested_at ON events(ingested_at);
CREATE INDEX idx_events_channel ON events(channel);
CREATE UNIQUE INDEX uq_events_dedupe_key ON events(dedupe_key) WHERE dedupe_key IS NOT NULL;

CREATE TABLE routing_decisions (
    trace_id TEXT PRIMARY KEY,
    event_id TEXT NOT NULL REFERENCES events(event_id),
    decided_at TEXT NOT NULL,
    execution_mode TEXT NOT NULL,
    matched_fastpath TEXT,
    matched_rule_ids TEXT NOT NULL DEFAULT '[]',
    used_llm INTEGER NOT NULL DEFAULT 0,
    intent TEXT,
    confidence REAL,
    required_scopes TEXT NOT NULL DEFAULT '[]',
    risk_level TEXT NOT NULL,
    gates TEXT NOT NULL DEFAULT '[]',
    notes TEXT
);
CREATE INDEX idx_routing_event_id ON routing_decisions(event_id);
CREATE INDEX idx_routing_decided_at ON routing_decisions(decided_at);

CREATE TABLE tasks (
    task_id TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    status TEXT NOT NULL,
    trigger_event_id TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    current_step_id TEXT,
    autonomy_level_at_start TEXT NOT NULL,
    labels TEXT NOT NULL DEFAULT '[]',
    next_wake_time TEXT,
    cancel_reason TEXT,
    error TEXT
);
CREATE INDEX idx_tasks_status ON tasks(status);
CREATE INDEX idx_tasks_trace_id ON tasks(trace_id);
CREATE INDEX idx_tasks_updated_at ON tasks(updated_at);
CREATE INDEX idx_tasks_wake ON tasks(next_wake_time) WHERE status = 'running';

CREATE TABLE steps (
    step_id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES tasks(task_id),
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL DEFAULT 3,
    retry_policy TEXT NOT NULL DEFAULT '{}',
    input TEXT NOT NULL DEFAULT '{}',
    checkpoint TEXT NOT NULL DEFAULT '{}',
    output TEXT,
    idempotency_key TEXT,
    started_at TEXT,
    ended_at TEXT,
    error TEXT
);
CREATE INDEX idx_steps_task_id ON steps(task_id);
CREATE INDEX idx_steps_status ON steps(status);
CREATE INDEX idx_steps_idemp ON steps(idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE tool_calls (
    tool_call_id TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    task_id TEXT,
    step_id TEXT,
    event_id TEXT,
    connector_id TEXT NOT NULL,
    tool_name TEXT NOT NULL,
    action TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    status TEXT NOT NULL,
    latency_ms INTEGER,
    risk_level TEXT NOT NULL,
    autonomy_level TEXT NOT NULL
);
CREATE INDEX idx_toolcalls_trace_id ON tool_calls(trace_id);
CREATE INDEX idx_toolcalls_idemp ON tool_calls(idempotency_key);
CREATE INDEX idx_toolcalls_created ON tool_calls(created_at);

CREATE TABLE tool_results (
    tool_call_id TEXT PRIMARY KEY REFERENCES tool_calls(tool_call_id),
    status TEXT NOT NULL,
    response_hash TEXT,
    error TEXT,
    resolved_at TEXT NOT NULL
);

CREATE TABLE idempotency_outcomes (
    idempotency_key TEXT PRIMARY KEY,
    tool_call_id TEXT,
    status TEXT NOT NULL,
    response_hash TEXT,
    resolved_at TEXT
);

CREATE TABLE audit_events (
    audit_id TEXT PRIMARY KEY,
    timestamp TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    ref_event_id TEXT,
    ref_task_id TEXT,
    ref_step_id TEXT,
    ref_tool_call_id TEXT,
    ref_approval_id TEXT,
    type TEXT NOT NULL,
    summary TEXT NOT NULL,
    outcome TEXT NOT NULL,
    latency_ms INTEGER,
    tool_name TEXT,
    connector_id TEXT,
    risk_level TEXT,
    autonomy_level TEXT,
    payload_ref TEXT
);
CREATE INDEX idx_audit_trace_id ON audit_events(trace_id);
CREATE INDEX idx_audit_timestamp ON audit_events(timestamp);
CREATE INDEX idx_audit_type ON audit_events(type);
CREATE INDEX idx_audit_outcome ON audit_events(outcome);
CREATE INDEX idx_audit_tool_name ON audit_events(tool_name);
CREATE INDEX idx_audit_ref_task_id ON audit_events(ref_task_id) WHERE ref_task_id IS NOT NULL;

CREATE TABLE approvals (
    approval_id TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    status TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    ref_event_id TEXT,
    ref_task_id TEXT,
    ref_step_id TEXT,
    risk_level TEXT NOT NULL,
    autonomy_level TEXT NOT NULL,
    what TEXT NOT NULL DEFAULT '{}',
    why TEXT NOT NULL,
    how_to_approve TEXT NOT NULL,
    decided_by TEXT,
    decided_at TEXT,
    decision_reason TEXT
);
CREATE INDEX idx_approvals_status ON approvals(status);
CREATE INDEX idx_approvals_trace_id ON approvals(trace_id);
CREATE INDEX idx_approvals_expires ON approvals(expires_at);

CREATE TABLE schedules (
    schedule_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    type TEXT NOT NULL,
    spec TEXT NOT NULL,
    next_run_at TEXT,
    last_run_at TEXT,
    timezone TEXT NOT NULL DEFAULT 'UTC',
    quiet_hours_policy_id TEXT,
    catch_up_policy TEXT NOT NULL DEFAULT 'skip',
    payload TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX idx_schedules_next_run ON schedules(next_run_at) WHERE enabled = 1;

CREATE TABLE watcher_state (
    watcher_id TEXT PRIMARY KEY,
    enabled INTEGER NOT NULL DEFAULT 1,
    last_tick_at TEXT,
    last_outcome TEXT,
    dedupe_window TEXT NOT NULL DEFAULT '{}',
    suppression_count INTEGER NOT NULL DEFAULT 0,
    consecutive_errors INTEGER NOT NULL DEFAULT 0,
    updated_at TEXT NOT NULL
);

CREATE TABLE rules (
    rule_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    priority INTEGER NOT NULL DEFAULT 100,
    conditions TEXT NOT NULL,
    actions TEXT NOT NULL,
    debounce_ms INTEGER NOT NULL DEFAULT 0,
    dedupe_window_ms INTEGER,
    last_dedupe_key TEXT,
    last_fired_at TEXT,
    quiet_hours_policy_id TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX idx_rules_enabled ON rules(enabled);
CREATE INDEX idx_rules_priority ON rules(priority);

CREATE TABLE system_health (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    recorded_at TEXT NOT NULL,
    status TEXT NOT NULL,
    uptime_seconds INTEGER NOT NULL,
    version TEXT NOT NULL,
    restart_reason TEXT,
    last_heartbeat_at TEXT NOT NULL,
    next_expected_at TEXT NOT NULL,
    degraded_subsystems TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX idx_health_recorded_at ON system_health(recorded_at);

CREATE TABLE alarms (
    alarm_id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    severity TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'open',
    dedupe_key TEXT NOT NULL,
    summary TEXT NOT NULL,
    details TEXT,
    trace_id TEXT,
    opened_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    acked_at TEXT,
    acked_by TEXT,
    resolved_at TEXT,
    resolution_note TEXT
);
CREATE UNIQUE INDEX uq_alarms_dedupe_open ON alarms(dedupe_key) WHERE status = 'open';
CREATE INDEX idx_alarms_status ON alarms(status);

CREATE TABLE artifacts (
    artifact_id TEXT PRIMARY KEY,
    ref_id TEXT NOT NULL,
    content_type TEXT,
    blob BLOB NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX idx_artifacts_ref_id ON artifacts(ref_id);
CREATE INDEX idx_artifacts_created_at ON artifacts(created_at);

CREATE TABLE alembic_version (
    version_num VARCHAR(32) PRIMARY KEY
);
