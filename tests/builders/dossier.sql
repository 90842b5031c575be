PRAGMA foreign_keys = ON;

CREATE TABLE _migrations (
    name TEXT PRIMARY KEY,
    applied_at TEXT NOT NULL DEFAULT (datetime('now'))
);

CREATE TABLE project (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    repo_url TEXT,
    default_branch TEXT NOT NULL DEFAULT 'main',
    action_sequence INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now')),
    description TEXT,
    customer_personas TEXT,
    tech_stack TEXT,
    deployment TEXT,
    design_inspiration TEXT,
    finalized_at TEXT,
    UNIQUE (name)
);
CREATE INDEX idx_project_updated_at ON project (updated_at DESC);

CREATE TABLE workflow (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    description TEXT,
    build_state TEXT CHECK (build_state IN ('queued','running','blocked','failed','completed','cancelled')),
    position INTEGER NOT NULL,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE INDEX idx_workflow_project_id ON workflow (project_id);

CREATE TABLE workflow_activity (
    id TEXT PRIMARY KEY,
    workflow_id TEXT NOT NULL REFERENCES workflow (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    color TEXT CHECK (color IN ('yellow','blue','purple','green','orange','pink')),
    position INTEGER NOT NULL,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE INDEX idx_workflow_activity_workflow_id ON workflow_activity (workflow_id);
CREATE INDEX idx_workflow_activity_position ON workflow_activity (workflow_id, position);

CREATE TABLE card (
    id TEXT PRIMARY KEY,
    workflow_activity_id TEXT NOT NULL REFERENCES workflow_activity (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    description TEXT,
    status TEXT NOT NULL DEFAULT 'todo' CHECK (status IN ('todo','active','questions','review','production')),
    priority INTEGER NOT NULL DEFAULT 0,
    position INTEGER NOT NULL DEFAULT 0,
    quick_answer TEXT,
    build_state TEXT CHECK (build_state IN ('queued','running','blocked','failed','completed','cancelled')),
    last_built_at TEXT,
    last_build_ref TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now')),
    finalized_at TEXT,
    last_build_error TEXT
);
CREATE INDEX idx_card_workflow_activity_id ON card (workflow_activity_id);

CREATE TABLE planning_action (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    action_type TEXT NOT NULL,
    target_ref TEXT NOT NULL DEFAULT '{}',
    payload TEXT NOT NULL DEFAULT '{}',
    validation_status TEXT NOT NULL CHECK (validation_status IN ('accepted','rejected')),
    rejection_reason TEXT,
    applied_at TEXT,
    idempotency_key TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE UNIQUE INDEX idx_planning_action_idempotency ON planning_action (project_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX idx_planning_action_project_id ON planning_action (project_id);
CREATE INDEX idx_planning_action_created_at ON planning_action (project_id, created_at DESC);

CREATE TABLE card_context_artifact (
    card_id TEXT REFERENCES card (id) ON DELETE CASCADE,
    context_artifact_id TEXT REFERENCES context_artifact (id) ON DELETE CASCADE,
    linked_by TEXT,
    usage_hint TEXT,
    PRIMARY KEY (card_id, context_artifact_id)
);
CREATE INDEX idx_card_context_artifact_card ON card_context_artifact (card_id);
CREATE INDEX idx_card_context_artifact_artifact ON card_context_artifact (context_artifact_id);

CREATE TABLE card_requirement (
    id TEXT PRIMARY KEY,
    card_id TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft','approved','rejected')),
    source TEXT NOT NULL CHECK (source IN ('agent','user','imported')),
    confidence REAL,
    position INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE INDEX idx_card_requirement_card_id ON card_requirement (card_id);

CREATE TABLE card_known_fact (
    id TEXT PRIMARY KEY,
    card_id TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    evidence_source TEXT,
    status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft','approved','rejected')),
    source TEXT NOT NULL CHECK (source IN ('agent','user','imported')),
    confidence REAL,
    position INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE INDEX idx_card_known_fact_card_id ON card_known_fact (card_id);

CREATE TABLE card_assumption (
    id TEXT PRIMARY KEY,
    card_id TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft','approved','rejected')),
    source TEXT NOT NULL CHECK (source IN ('agent','user','imported')),
    confidence REAL,
    position INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE INDEX idx_card_assumption_card_id ON card_assumption (card_id);

CREATE TABLE card_question (
    id TEXT PRIMARY KEY,
    card_id TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft','approved','rejected')),
    source TEXT NOT NULL CHECK (source IN ('agent','user','imported')),
    confidence REAL,
    position INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE INDEX idx_card_question_card_id ON card_question (card_id);

CREATE TABLE card_planned_file (
    id TEXT PRIMARY KEY,
    card_id TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE,
    logical_file_name TEXT NOT NULL,
    module_hint TEXT,
    artifact_kind TEXT NOT NULL CHECK (artifact_kind IN ('component','endpoint','service','schema','hook','util','middleware','job','config')),
    action TEXT NOT NULL CHECK (action IN ('create','edit')),
    intent_summary TEXT NOT NULL,
    contract_notes TEXT,
    status TEXT NOT NULL DEFAULT 'proposed' CHECK (status IN ('proposed','user_edited','approved')),
    position INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE INDEX idx_card_planned_file_card_id ON card_planned_file (card_id);
CREATE INDEX idx_card_planned_file_card_status ON card_planned_file (card_id, status);

CREATE TABLE system_policy_profile (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    required_checks TEXT NOT NULL DEFAULT '[]',
    protected_paths TEXT,
    forbidden_paths TEXT,
    dependency_policy TEXT NOT NULL DEFAULT '{}',
    security_policy TEXT NOT NULL DEFAULT '{}',
    architecture_policy TEXT NOT NULL DEFAULT '{}',
    approval_policy TEXT NOT NULL DEFAULT '{}',
    updated_at TEXT NOT NULL DEFAULT (datetime('now')),
    UNIQUE (project_id)
);
CREATE INDEX idx_system_policy_profile_project_id ON system_policy_profile (project_id);

CREATE TABLE orchestration_run (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    scope TEXT NOT NULL CHECK (scope IN ('workflow','card')),
    workflow_id TEXT REFERENCES workflow (id) ON DELETE SET NULL,
    card_id TEXT REFERENCES card (id) ON DELETE SET NULL,
    trigger_type TEXT NOT NULL CHECK (trigger_type IN ('card','workflow','manual')),
    status TEXT NOT NULL DEFAULT 'queued' CHECK (status IN ('queued','running','blocked','failed','completed','cancelled')),
    initiated_by TEXT NOT NULL,
    repo_url TEXT NOT NULL,
    base_branch TEXT NOT NULL,
    system_policy_profile_id TEXT NOT NULL REFERENCES system_policy_profile (id) ON DELETE RESTRICT,
    system_policy_snapshot TEXT NOT NULL,
    run_input_snapshot TEXT NOT NULL,
    worktree_root TEXT,
    started_at TEXT,
    ended_at TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now')),
    CHECK ((scope != 'workflow') OR (workflow_id IS NOT NULL AND card_id IS NULL)),
    CHECK ((scope != 'card') OR (card_id IS NOT NULL))
);
CREATE INDEX idx_orchestration_run_project_scope_status ON orchestration_run (project_id, scope, status, created_at DESC);
CREATE INDEX idx_orchestration_run_workflow_id ON orchestration_run (workflow_id, status, created_at DESC) WHERE workflow_id IS NOT NULL;
CREATE INDEX idx_orchestration_run_card_id ON orchestration_run (card_id, status, created_at DESC) WHERE card_id IS NOT NULL;

CREATE TABLE card_assignment (
    id TEXT PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES orchestration_run (id) ON DELETE CASCADE,
    card_id TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE,
    agent_role TEXT NOT NULL CHECK (agent_role IN ('planner','coder','reviewer','integrator','tester')),
    agent_profile TEXT NOT NULL,
    feature_branch TEXT NOT NULL,
    worktree_path TEXT,
    allowed_paths TEXT NOT NULL,
    forbidden_paths TEXT,
    assignment_input_snapshot TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'queued' CHECK (status IN ('queued','running','blocked','failed','completed','cancelled')),
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now')),
    session_id TEXT,
    UNIQUE (run_id, card_id, agent_profile)
);
CREATE INDEX idx_card_assignment_run_status ON card_assignment (run_id, status);

CREATE TABLE agent_execution (
    id TEXT PRIMARY KEY,
    assignment_id TEXT NOT NULL REFERENCES card_assignment (id) ON DELETE CASCADE,
    status TEXT NOT NULL CHECK (status IN ('queued','running','blocked','failed','completed','cancelled')),
    started_at TEXT,
    ended_at TEXT,
    summary TEXT,
    error TEXT
);
CREATE INDEX idx_agent_execution_assignment_id ON agent_execution (assignment_id);

CREATE TABLE agent_commit (
    id TEXT PRIMARY KEY,
    assignment_id TEXT NOT NULL REFERENCES card_assignment (id) ON DELETE CASCADE,
    sha TEXT NOT NULL,
    branch TEXT NOT NULL,
    message TEXT NOT NULL,
    committed_at TEXT NOT NULL
);
CREATE INDEX idx_agent_commit_assignment_id ON agent_commit (assignment_id);

CREATE TABLE run_check (
    id TEXT PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES orchestration_run (id) ON DELETE CASCADE,
    check_type TEXT NOT NULL CHECK (check_type IN ('dependency','security','policy','lint','unit','integration','e2e')),
    status TEXT NOT NULL CHECK (status IN ('passed','failed','skipped')),
    output TEXT,
    executed_at TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE INDEX idx_run_check_run_id ON run_check (run_id);

CREATE TABLE pull_request_candidate (
    id TEXT PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES orchestration_run (id) ON DELETE CASCADE,
    base_branch TEXT NOT NULL,
    head_branch TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'not_created' CHECK (status IN ('not_created','draft_open','open','merged','closed')),
    pr_url TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now')),
    UNIQUE (run_id)
);
CREATE INDEX idx_pull_request_candidate_run_id ON pull_request_candidate (run_id);

CREATE TABLE approval_request (
    id TEXT PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES orchestration_run (id) ON DELETE CASCADE,
    approval_type TEXT NOT NULL CHECK (approval_type IN ('create_pr','merge_pr')),
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending','approved','rejected')),
    requested_by TEXT NOT NULL,
    requested_at TEXT NOT NULL,
    resolved_by TEXT,
    resolved_at TEXT,
    notes TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE INDEX idx_approval_request_run_id ON approval_request (run_id);

CREATE TABLE event_log (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    run_id TEXT REFERENCES orchestration_run (id) ON DELETE SET NULL,
    event_type TEXT NOT NULL,
    actor TEXT NOT NULL,
    payload TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE INDEX idx_event_log_project_run_created ON event_log (project_id, run_id, created_at DESC);

CREATE TABLE memory_unit (
    id TEXT PRIMARY KEY,
    content_type TEXT NOT NULL CHECK (content_type IN ('inline', 'link')),
    mime_type TEXT,
    title TEXT,
    content_text TEXT,
    link_url TEXT,
    status TEXT NOT NULL CHECK (status IN ('draft', 'approved', 'rejected')),
    embedding_ref TEXT NOT NULL,
    updated_at TEXT NOT NULL DEFAULT (datetime('now')),
    CHECK ((content_type != 'inline') OR (content_text IS NOT NULL)),
    CHECK ((content_type != 'link') OR (link_url IS NOT NULL))
);
CREATE INDEX idx_memory_unit_status_updated ON memory_unit (status, updated_at DESC);

CREATE TABLE memory_unit_relation (
    memory_unit_id TEXT REFERENCES memory_unit (id) ON DELETE CASCADE,
    entity_type TEXT CHECK (entity_type IN ('project', 'workflow', 'activity', 'step', 'card', 'schema')),
    entity_id TEXT,
    relation_role TEXT CHECK (relation_role IN ('source', 'supports', 'constrains')),
    PRIMARY KEY (memory_unit_id, entity_type, entity_id)
);
CREATE INDEX idx_memory_unit_relation_entity ON memory_unit_relation (entity_type, entity_id, memory_unit_id);

CREATE TABLE memory_retrieval_log (
    id TEXT PRIMARY KEY,
    query_text TEXT NOT NULL,
    scope_entity_type TEXT NOT NULL CHECK (scope_entity_type IN ('project', 'workflow', 'activity', 'step', 'card', 'schema')),
    scope_entity_id TEXT NOT NULL,
    result_memory_ids TEXT NOT NULL DEFAULT '[]',
    created_at TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE INDEX idx_memory_retrieval_log_scope ON memory_retrieval_log (scope_entity_type, scope_entity_id, created_at DESC);

CREATE TABLE context_artifact (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('doc','design','code','research','link','image','skill','mcp','cli','api','prompt','spec','runbook','test','scaffold')),
    title TEXT,
    content TEXT,
    uri TEXT,
    locator TEXT,
    mime_type TEXT,
    integration_ref TEXT,
    checksum TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now')),
    CHECK (content IS NOT NULL OR uri IS NOT NULL OR integration_ref IS NOT NULL)
);
CREATE INDEX idx_context_artifact_project_id ON context_artifact (project_id);

