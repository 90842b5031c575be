-- Vedette's own database.
--
-- Times are UTC text of one fixed width, 2026-11-21T14:02:31.123456Z, so that text order is time
-- order. Money is integer micro-dollars (1 USD = 1 000 000), never a float. `seq` is the order of
-- appending; AUTOINCREMENT, because a watermark must never meet a reused number. Every reference
-- chooses what happens when its row goes: what belongs to a run goes with the run.
-- For PostgreSQL only types and the autoincrement words change.

CREATE TABLE processes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    -- Boot, pid namespace and start of the process: a reused pid is not taken for it.
    birth TEXT,
    program TEXT,
    version TEXT,
    started_at TEXT NOT NULL,
    heartbeat_at TEXT NOT NULL,
    heartbeat_seconds INTEGER NOT NULL DEFAULT 5 CHECK (heartbeat_seconds > 0),
    ended_at TEXT,
    ending TEXT CHECK (ending IN ('closed', 'crashed')),
    dropped INTEGER NOT NULL DEFAULT 0 CHECK (dropped >= 0)
);
CREATE INDEX processes_open ON processes (seq) WHERE ended_at IS NULL;

CREATE TABLE runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    process_id TEXT REFERENCES processes (id) ON DELETE SET NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'run' CHECK (kind IN ('run', 'session', 'workflow', 'job')),
    status TEXT NOT NULL DEFAULT 'running' CHECK (
        status IN ('pending', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled')
    ),
    project TEXT,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    updated_at TEXT NOT NULL,
    error TEXT
);
CREATE INDEX runs_status ON runs (status);
CREATE INDEX runs_process ON runs (process_id);

CREATE TABLE agents (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    parent_id TEXT REFERENCES agents (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'agent',
    model TEXT,
    status TEXT NOT NULL DEFAULT 'running' CHECK (
        status IN ('pending', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled')
    ),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    updated_at TEXT NOT NULL,
    context_used REAL CHECK (context_used >= 0),
    error TEXT,
    -- Totals of the agent's own prompts, kept in the transaction that writes the prompt.
    calls INTEGER NOT NULL DEFAULT 0,
    unpriced INTEGER NOT NULL DEFAULT 0,
    tokens_in INTEGER NOT NULL DEFAULT 0,
    tokens_out INTEGER NOT NULL DEFAULT 0,
    cache_read INTEGER NOT NULL DEFAULT 0,
    cache_write INTEGER NOT NULL DEFAULT 0,
    cost_micros INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX agents_run ON agents (run_id);
CREATE INDEX agents_parent ON agents (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX agents_status ON agents (status);

CREATE TABLE artifacts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    media_type TEXT NOT NULL DEFAULT 'text/plain',
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    body BLOB NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX artifacts_run ON artifacts (run_id);

CREATE TABLE prompts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    kind TEXT NOT NULL DEFAULT 'chat',
    name TEXT,
    model TEXT,
    status TEXT NOT NULL DEFAULT 'running' CHECK (
        status IN ('pending', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled')
    ),
    request TEXT,
    -- NULL while and after the text was streamed: then it stands in prompt_chunks.
    response TEXT,
    -- The whole text where the column holds only its beginning.
    request_artifact_id TEXT REFERENCES artifacts (id) ON DELETE SET NULL,
    response_artifact_id TEXT REFERENCES artifacts (id) ON DELETE SET NULL,
    tokens_in INTEGER,
    tokens_out INTEGER,
    cache_read INTEGER,
    cache_write INTEGER,
    cost_micros INTEGER,
    cost_source TEXT CHECK (cost_source IN ('reported', 'priced')),
    latency_ms INTEGER,
    created_at TEXT NOT NULL,
    completed_at TEXT,
    updated_at TEXT NOT NULL,
    error TEXT,
    masked INTEGER NOT NULL DEFAULT 0,
    CHECK ((cost_micros IS NULL) = (cost_source IS NULL))
);
CREATE INDEX prompts_run ON prompts (run_id);
CREATE INDEX prompts_agent ON prompts (agent_id);
CREATE INDEX prompts_request ON prompts (request_artifact_id)
WHERE request_artifact_id IS NOT NULL;
CREATE INDEX prompts_response ON prompts (response_artifact_id)
WHERE response_artifact_id IS NOT NULL;
CREATE INDEX prompts_open ON prompts (status) WHERE status IN ('pending', 'running', 'waiting');

CREATE TABLE prompt_chunks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    prompt_id TEXT NOT NULL REFERENCES prompts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL DEFAULT 'text' CHECK (kind IN ('text', 'thinking')),
    text TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX prompt_chunks_prompt ON prompt_chunks (prompt_id);

CREATE TABLE tool_calls (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    prompt_id TEXT REFERENCES prompts (id) ON DELETE SET NULL,
    name TEXT NOT NULL,
    input TEXT,
    output TEXT,
    -- The whole payload where the column holds only its beginning.
    input_artifact_id TEXT REFERENCES artifacts (id) ON DELETE SET NULL,
    output_artifact_id TEXT REFERENCES artifacts (id) ON DELETE SET NULL,
    status TEXT NOT NULL DEFAULT 'running' CHECK (
        status IN ('pending', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled')
    ),
    risk TEXT CHECK (risk IN ('low', 'medium', 'high', 'critical')),
    idempotency_key TEXT,
    latency_ms INTEGER,
    created_at TEXT NOT NULL,
    completed_at TEXT,
    updated_at TEXT NOT NULL,
    error TEXT,
    masked INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX tool_calls_run ON tool_calls (run_id);
CREATE INDEX tool_calls_agent ON tool_calls (agent_id);
CREATE INDEX tool_calls_prompt ON tool_calls (prompt_id) WHERE prompt_id IS NOT NULL;
CREATE INDEX tool_calls_input ON tool_calls (input_artifact_id)
WHERE input_artifact_id IS NOT NULL;
CREATE INDEX tool_calls_output ON tool_calls (output_artifact_id)
WHERE output_artifact_id IS NOT NULL;
CREATE INDEX tool_calls_open ON tool_calls (status) WHERE status IN ('pending', 'running', 'waiting');
CREATE UNIQUE INDEX tool_calls_once ON tool_calls (idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE idempotency_outcomes (
    idempotency_key TEXT PRIMARY KEY,
    tool_call_id TEXT REFERENCES tool_calls (id) ON DELETE SET NULL,
    status TEXT NOT NULL CHECK (status IN ('completed', 'failed')),
    output TEXT,
    resolved_at TEXT NOT NULL
);
CREATE INDEX idempotency_outcomes_tool_call ON idempotency_outcomes (tool_call_id)
WHERE tool_call_id IS NOT NULL;

CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
    agent_id TEXT REFERENCES agents (id) ON DELETE CASCADE,
    level TEXT NOT NULL DEFAULT 'info' CHECK (level IN ('debug', 'info', 'warn', 'error')),
    kind TEXT NOT NULL,
    message TEXT NOT NULL DEFAULT '',
    details TEXT,
    created_at TEXT NOT NULL
);
CREATE INDEX events_run ON events (run_id);
CREATE INDEX events_agent ON events (agent_id);
CREATE INDEX events_trouble ON events (level) WHERE level IN ('warn', 'error');

CREATE TABLE approvals (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
    agent_id TEXT REFERENCES agents (id) ON DELETE CASCADE,
    tool_call_id TEXT REFERENCES tool_calls (id) ON DELETE SET NULL,
    -- Who waits for the answer: a gate of a process that died is withdrawn.
    process_id TEXT REFERENCES processes (id) ON DELETE SET NULL,
    kind TEXT NOT NULL DEFAULT 'gate',
    title TEXT NOT NULL,
    why TEXT,
    payload TEXT NOT NULL,
    payload_sha256 TEXT NOT NULL,
    risk TEXT NOT NULL DEFAULT 'medium' CHECK (risk IN ('low', 'medium', 'high', 'critical')),
    status TEXT NOT NULL DEFAULT 'pending' CHECK (
        status IN ('pending', 'approved', 'rejected', 'expired', 'withdrawn')
    ),
    needed INTEGER NOT NULL DEFAULT 1 CHECK (needed >= 1),
    -- What the agent is told when nobody answers, written from the start.
    on_timeout TEXT NOT NULL DEFAULT 'not run; the agent is told "nobody answered"',
    requested_by TEXT,
    requested_at TEXT NOT NULL,
    expires_at TEXT,
    decided_by TEXT,
    decided_at TEXT,
    reason TEXT,
    -- The receipt: when the asking process read the decision, and when its agent went on.
    picked_up_at TEXT,
    moved_on_at TEXT,
    updated_at TEXT NOT NULL
);
CREATE INDEX approvals_status ON approvals (status);
CREATE INDEX approvals_run ON approvals (run_id);
CREATE INDEX approvals_agent ON approvals (agent_id);
CREATE INDEX approvals_process ON approvals (process_id) WHERE process_id IS NOT NULL;
CREATE INDEX approvals_tool_call ON approvals (tool_call_id) WHERE tool_call_id IS NOT NULL;

CREATE TABLE approval_signatures (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    approval_id TEXT NOT NULL REFERENCES approvals (id) ON DELETE CASCADE,
    signer TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('approved', 'rejected')),
    payload_sha256 TEXT NOT NULL,
    note TEXT,
    shown_ms INTEGER,
    signed_at TEXT NOT NULL,
    UNIQUE (approval_id, signer)
);

CREATE TABLE alarms (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    severity TEXT NOT NULL CHECK (severity IN ('critical', 'error', 'warning', 'info')),
    status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'acked', 'resolved')),
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    message TEXT,
    dedupe_key TEXT NOT NULL,
    count INTEGER NOT NULL DEFAULT 1 CHECK (count >= 1),
    run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
    agent_id TEXT REFERENCES agents (id) ON DELETE CASCADE,
    opened_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    acked_at TEXT,
    acked_by TEXT,
    snoozed_until TEXT,
    resolved_at TEXT,
    resolution TEXT
);
CREATE UNIQUE INDEX alarms_one_open ON alarms (dedupe_key) WHERE status <> 'resolved';
CREATE INDEX alarms_status ON alarms (status);
CREATE INDEX alarms_key ON alarms (dedupe_key);
CREATE INDEX alarms_run ON alarms (run_id);
CREATE INDEX alarms_agent ON alarms (agent_id);

CREATE TABLE alarm_actions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    alarm_id TEXT NOT NULL REFERENCES alarms (id) ON DELETE CASCADE,
    action TEXT NOT NULL CHECK (action IN ('ack', 'snooze', 'resolve', 'comment')),
    actor TEXT NOT NULL,
    note TEXT,
    until TEXT,
    created_at TEXT NOT NULL
);
CREATE INDEX alarm_actions_alarm ON alarm_actions (alarm_id);

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    trace_id TEXT,
    stage TEXT NOT NULL,
    type TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('success', 'failure', 'suppressed', 'info')),
    summary TEXT NOT NULL,
    actor TEXT,
    tool TEXT,
    risk TEXT,
    latency_ms INTEGER,
    -- No references here on purpose: the trail outlives the run it tells of, and a reference that
    -- clears itself would be an UPDATE of what must never be updated.
    run_id TEXT,
    agent_id TEXT,
    approval_id TEXT,
    details TEXT,
    created_at TEXT NOT NULL
);
CREATE INDEX audit_trace ON audit (trace_id);
CREATE INDEX audit_run ON audit (run_id);
CREATE INDEX audit_approval ON audit (approval_id) WHERE approval_id IS NOT NULL;
CREATE TRIGGER audit_never_updated BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit is append-only: rows are never updated');
END;
CREATE TRIGGER audit_never_deleted BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit is append-only: rows are never deleted');
END;
-- INSERT OR REPLACE deletes without firing the trigger above, so a used key is refused here.
CREATE TRIGGER audit_never_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit AS old WHERE old.seq = NEW.seq OR old.id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'audit is append-only: rows are never replaced');
END;

CREATE TABLE tasks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    parent_id TEXT REFERENCES tasks (id) ON DELETE CASCADE,
    run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
    kind TEXT NOT NULL DEFAULT 'task',
    title TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending' CHECK (
        status IN ('pending', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled')
    ),
    attempt INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER,
    next_wake_at TEXT,
    started_at TEXT,
    ended_at TEXT,
    updated_at TEXT NOT NULL,
    error TEXT
);
CREATE INDEX tasks_run ON tasks (run_id);
CREATE INDEX tasks_parent ON tasks (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX tasks_status ON tasks (status);
CREATE INDEX tasks_wake ON tasks (next_wake_at) WHERE status = 'running';

CREATE TABLE steps (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    task_id TEXT NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending' CHECK (
        status IN ('pending', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled')
    ),
    attempt INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER,
    idempotency_key TEXT,
    next_wake_at TEXT,
    started_at TEXT,
    ended_at TEXT,
    updated_at TEXT NOT NULL,
    error TEXT
);
CREATE INDEX steps_task ON steps (task_id);
CREATE UNIQUE INDEX steps_once ON steps (idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE schedules (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    kind TEXT NOT NULL CHECK (kind IN ('cron', 'interval', 'one_shot')),
    spec TEXT NOT NULL,
    timezone TEXT NOT NULL DEFAULT 'UTC',
    next_run_at TEXT,
    last_run_at TEXT,
    missed INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX schedules_next ON schedules (next_run_at) WHERE enabled = 1;

CREATE TABLE watchers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    last_tick_at TEXT,
    last_outcome TEXT CHECK (last_outcome IN ('ok', 'error', 'suppressed')),
    consecutive_errors INTEGER NOT NULL DEFAULT 0,
    suppressed INTEGER NOT NULL DEFAULT 0,
    updated_at TEXT NOT NULL
);

CREATE TABLE rules (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    priority INTEGER NOT NULL DEFAULT 100,
    conditions TEXT NOT NULL,
    actions TEXT NOT NULL,
    hits INTEGER NOT NULL DEFAULT 0,
    last_fired_at TEXT,
    last_reason TEXT,
    updated_at TEXT NOT NULL
);
CREATE INDEX rules_enabled ON rules (enabled, priority);

CREATE TABLE health (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    component TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('healthy', 'degraded', 'down')),
    version TEXT,
    details TEXT,
    recorded_at TEXT NOT NULL,
    next_expected_at TEXT
);
CREATE INDEX health_component ON health (component);

CREATE TABLE checks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('passed', 'failed', 'skipped')),
    output TEXT,
    created_at TEXT NOT NULL
);
CREATE INDEX checks_run ON checks (run_id);

CREATE TABLE routing_decisions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
    event TEXT NOT NULL,
    decision TEXT NOT NULL,
    lane TEXT,
    risk TEXT CHECK (risk IN ('low', 'medium', 'high', 'critical')),
    gates TEXT,
    reason TEXT,
    created_at TEXT NOT NULL
);
CREATE INDEX routing_decisions_run ON routing_decisions (run_id);

-- Totals per hour (the first 13 characters of a time), model and agent, kept in the transaction
-- that completes a prompt, so that no screen ever sums the prompts.
CREATE TABLE cost_rollups (
    hour TEXT NOT NULL,
    model TEXT NOT NULL DEFAULT '',
    agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    calls INTEGER NOT NULL DEFAULT 0,
    unpriced INTEGER NOT NULL DEFAULT 0,
    tokens_in INTEGER NOT NULL DEFAULT 0,
    tokens_out INTEGER NOT NULL DEFAULT 0,
    cache_read INTEGER NOT NULL DEFAULT 0,
    cache_write INTEGER NOT NULL DEFAULT 0,
    cost_micros INTEGER NOT NULL DEFAULT 0,
    reported INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (hour, model, agent_id)
);
CREATE INDEX cost_rollups_run ON cost_rollups (run_id);
CREATE INDEX cost_rollups_agent ON cost_rollups (agent_id);

CREATE TABLE budgets (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    scope TEXT NOT NULL CHECK (scope IN ('day', 'run', 'agent', 'project')),
    key TEXT NOT NULL DEFAULT '',
    limit_micros INTEGER NOT NULL CHECK (limit_micros > 0),
    updated_at TEXT NOT NULL,
    UNIQUE (scope, key)
);
