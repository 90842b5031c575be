-- SYRIS as it was coded (PostgreSQL types as TEXT): the documented columns and indexes, no others.
CREATE TABLE system_health (
    id TEXT PRIMARY KEY,
    run_id TEXT NOT NULL,
    ts TEXT NOT NULL,
    status VARCHAR(32) NOT NULL,
    uptime_s INTEGER NOT NULL,
    service VARCHAR(64) NOT NULL,
    version VARCHAR(64) NOT NULL
);
CREATE INDEX ix_system_health_run_id ON system_health(run_id);
CREATE INDEX ix_system_health_ts ON system_health(ts);

CREATE TABLE audit_events (
    audit_id TEXT PRIMARY KEY,
    timestamp TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    type TEXT NOT NULL,
    summary TEXT NOT NULL,
    outcome TEXT NOT NULL,
    ref_event_id TEXT,
    ref_task_id TEXT,
    ref_step_id TEXT,
    ref_tool_call_id TEXT,
    ref_approval_id TEXT,
    latency_ms INTEGER,
    tool_name TEXT,
    connector_id TEXT,
    risk_level TEXT,
    autonomy_level TEXT,
    payload_ref TEXT
);
CREATE INDEX ix_audit_events_timestamp ON audit_events(timestamp);
CREATE INDEX ix_audit_events_trace_id ON audit_events(trace_id);

CREATE TABLE message_events (
    event_id TEXT PRIMARY KEY,
    trace_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    source TEXT NOT NULL,
    content TEXT NOT NULL DEFAULT '',
    structured TEXT NOT NULL DEFAULT '{}',
    content_type TEXT NOT NULL,
    idempotency_key TEXT,
    parent_event_id TEXT
);
CREATE INDEX ix_message_events_created_at ON message_events(created_at);
CREATE INDEX ix_message_events_idempotency_key ON message_events(idempotency_key);
CREATE INDEX ix_message_events_parent_event_id ON message_events(parent_event_id);
CREATE INDEX ix_message_events_trace_id ON message_events(trace_id);
CREATE INDEX ix_message_events_thread_id ON message_events(thread_id);

CREATE TABLE tasks (
    task_id TEXT PRIMARY KEY,
    trace_id TEXT NOT NULL,
    status TEXT NOT NULL,
    handler TEXT NOT NULL,
    input_payload TEXT NOT NULL DEFAULT '{}',
    checkpoint TEXT NOT NULL DEFAULT '{}',
    retry_policy TEXT NOT NULL DEFAULT '{}',
    error TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    started_at TEXT,
    completed_at TEXT
);
CREATE INDEX ix_tasks_status ON tasks(status);
CREATE INDEX ix_tasks_trace_id ON tasks(trace_id);

CREATE TABLE task_steps (
    step_id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL,
    step_index INTEGER NOT NULL,
    status TEXT NOT NULL,
    tool_name TEXT NOT NULL,
    input_payload TEXT NOT NULL DEFAULT '{}',
    output_payload TEXT,
    idempotency_key TEXT NOT NULL,
    attempt_count INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    risk_level TEXT NOT NULL DEFAULT 'low',
    pending_approval_id TEXT,
    error TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    started_at TEXT,
    completed_at TEXT,
    UNIQUE(idempotency_key)
);
CREATE INDEX ix_task_steps_task_id ON task_steps(task_id);
CREATE INDEX ix_task_steps_status ON task_steps(status);

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
CREATE INDEX ix_approvals_ref_step_id ON approvals(ref_step_id);
CREATE INDEX ix_approvals_status ON approvals(status);
CREATE INDEX ix_approvals_expires_at ON approvals(expires_at);
CREATE INDEX ix_approvals_trace_id ON approvals(trace_id);

CREATE TABLE autonomy_settings (
    setting_id TEXT PRIMARY KEY,
    level TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT
);

CREATE TABLE schedules (
    schedule_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    enabled BOOLEAN NOT NULL DEFAULT 'true',
    schedule_type TEXT NOT NULL,
    cron_expr TEXT,
    interval_s INTEGER,
    run_at TEXT,
    timezone TEXT NOT NULL DEFAULT 'UTC',
    quiet_hours_start INTEGER,
    quiet_hours_end INTEGER,
    catch_up_policy TEXT NOT NULL DEFAULT 'skip',
    catch_up_max INTEGER,
    event_source TEXT NOT NULL,
    event_content TEXT NOT NULL DEFAULT '',
    event_structured TEXT NOT NULL DEFAULT '{}',
    next_run_at TEXT,
    last_run_at TEXT,
    fire_count INTEGER NOT NULL DEFAULT '0',
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX ix_schedules_next_run_at ON schedules(next_run_at);
CREATE INDEX ix_schedules_enabled ON schedules(enabled);

CREATE TABLE watcher_states (
    watcher_id TEXT PRIMARY KEY,
    enabled BOOLEAN NOT NULL DEFAULT 'true',
    last_tick_at TEXT,
    last_outcome TEXT,
    dedupe_window TEXT NOT NULL DEFAULT '{}',
    consecutive_errors INTEGER NOT NULL DEFAULT '0',
    suppression_count INTEGER NOT NULL DEFAULT '0',
    updated_at TEXT NOT NULL
);

CREATE TABLE quiet_hours_policies (
    policy_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    start_hour INTEGER NOT NULL,
    end_hour INTEGER NOT NULL,
    timezone TEXT NOT NULL DEFAULT 'UTC',
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);

CREATE TABLE rules (
    rule_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    enabled BOOLEAN NOT NULL DEFAULT 'true',
    conditions TEXT NOT NULL DEFAULT '[]',
    action TEXT NOT NULL DEFAULT '{}',
    debounce_s INTEGER NOT NULL DEFAULT '0',
    last_fired_at TEXT,
    suppression_count INTEGER NOT NULL DEFAULT '0',
    fire_count INTEGER NOT NULL DEFAULT '0',
    quiet_hours_policy_id TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX ix_rules_enabled ON rules(enabled);
