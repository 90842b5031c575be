"""Links between tables that a known system keeps and does not declare as foreign keys."""

from .source import Source

Link = tuple[str, str, str, str]
"""Table, column, and the table and column that it points at."""

_REFS = ("audit_events", "approvals")

_LINKS: dict[str, tuple[Link, ...]] = {
    "amelia": (
        ("prompts", "current_version_id", "prompt_versions", "id"),
        ("workflows", "profile_id", "profiles", "id"),
        ("brainstorm_sessions", "profile_id", "profiles", "id"),
    ),
    "dossier": tuple(
        (table, column, parent, "id")
        for table, column in (
            ("memory_unit_relation", "entity_id"),
            ("memory_retrieval_log", "scope_entity_id"),
        )
        for parent in ("project", "workflow", "workflow_activity", "step", "card")
    ),
    "syris": (
        *((table, "ref_event_id", "events", "event_id") for table in _REFS),
        *((table, "ref_event_id", "message_events", "event_id") for table in _REFS),
        *((table, "ref_task_id", "tasks", "task_id") for table in _REFS),
        *((table, "ref_step_id", "steps", "step_id") for table in _REFS),
        *((table, "ref_step_id", "task_steps", "step_id") for table in _REFS),
        ("audit_events", "ref_tool_call_id", "tool_calls", "tool_call_id"),
        ("audit_events", "ref_approval_id", "approvals", "approval_id"),
        ("audit_events", "payload_ref", "artifacts", "artifact_id"),
        ("events", "parent_event_id", "events", "event_id"),
        ("message_events", "parent_event_id", "message_events", "event_id"),
        ("tasks", "trigger_event_id", "events", "event_id"),
        ("tasks", "trigger_event_id", "message_events", "event_id"),
        ("task_steps", "task_id", "tasks", "task_id"),
        ("task_steps", "pending_approval_id", "approvals", "approval_id"),
        ("tool_calls", "task_id", "tasks", "task_id"),
        ("tool_calls", "step_id", "steps", "step_id"),
        ("tool_calls", "event_id", "events", "event_id"),
        ("idempotency_outcomes", "tool_call_id", "tool_calls", "tool_call_id"),
        ("rules", "quiet_hours_policy_id", "quiet_hours_policies", "policy_id"),
        *(
            ("artifacts", "ref_id", parent, column)
            for parent, column in (
                ("events", "event_id"),
                ("tasks", "task_id"),
                ("steps", "step_id"),
                ("tool_calls", "tool_call_id"),
                ("audit_events", "audit_id"),
            )
        ),
    ),
    "tac": (("agents", "session_id", "ai_developer_workflows", "id"),),
}


def undeclared(source: Source) -> tuple[Link, ...]:
    """Those of the file's system whose tables and columns it has, by their names in lower case."""
    # The tables of an open file stay: where they change it is opened anew.
    found: tuple[Link, ...] | None = source.memo.get("links")
    if found is None:
        columns = {
            table: _columns(source, table)
            for link in _LINKS.get(source.system.name, ())
            for table in (link[0], link[2])
        }
        found = source.memo["links"] = tuple(
            link
            for link in _LINKS.get(source.system.name, ())
            if link[1] in columns[link[0]] and link[3] in columns[link[2]]
        )
    return found


def _columns(source: Source, table: str) -> frozenset[str]:
    return frozenset(
        str(name).lower() for _, name, *_ in source.select(f"PRAGMA main.table_info({table})")
    )
