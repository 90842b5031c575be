"""Files whose JSON columns hold what is none: broken objects, lists with commas, words, nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

VALUES: tuple[object, ...] = (
    "{broken",
    "a,b,c",
    "plan",
    "",
    None,
    b"\x80\xff\x00",
    "[1, 2",
    "null",
)
"""What the rows of a table hold in turn."""

COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "syris": {
        "events": ("structured", "attachment_refs", "links"),
        "message_events": ("structured",),
        "routing_decisions": ("matched_rule_ids", "required_scopes", "gates"),
        "tasks": ("labels", "error", "input_payload", "checkpoint", "retry_policy"),
        "steps": ("retry_policy", "input", "checkpoint", "output", "error"),
        "task_steps": ("input_payload", "output_payload"),
        "tool_results": ("error",),
        "approvals": ("what",),
        "schedules": ("payload", "event_structured"),
        "watcher_state": ("dedupe_window",),
        "watcher_states": ("dedupe_window",),
        "rules": ("conditions", "actions", "action"),
        "system_health": ("degraded_subsystems",),
        "alarms": ("details",),
    },
    "amelia": {
        "workflows": ("plan_cache", "issue_cache", "state_json"),
        "events": ("data_json", "tool_input_json"),
        "workflow_log": ("data_json",),
        "profiles": ("agents",),
        "brainstorm_messages": ("parts_json",),
    },
    "dossier": {
        "planning_action": ("target_ref", "payload"),
        "system_policy_profile": (
            "required_checks",
            "protected_paths",
            "forbidden_paths",
            "dependency_policy",
            "security_policy",
            "architecture_policy",
            "approval_policy",
        ),
        "orchestration_run": ("system_policy_snapshot", "run_input_snapshot"),
        "card_assignment": ("allowed_paths", "forbidden_paths", "assignment_input_snapshot"),
        "event_log": ("payload",),
        "memory_retrieval_log": ("result_memory_ids",),
    },
    "tac": {
        "orchestrator_agents": ("capabilities",),
        "agents": ("context", "config"),
        "agent_logs": ("details",),
        "system_logs": ("details",),
        "orchestrator_chat": ("metadata",),
        "ai_developer_workflows": ("input_data", "output_data", "metadata"),
    },
}
"""The columns that a system's documents call JSON, in either of its forms."""


def spoil(path: Path, system: str) -> None:
    """Writes what is no JSON into every JSON column, where a column takes it."""
    with closing(sqlite3.connect(path)) as writer, writer:
        writer.execute("PRAGMA ignore_check_constraints = ON")
        for table, names in COLUMNS[system].items():
            there = {str(row[1]) for row in writer.execute(f"PRAGMA table_info({table})")}
            for column in there & set(names):
                for place, value in enumerate(VALUES):
                    writer.execute(
                        f"UPDATE OR IGNORE {table} SET {column} = ?"  # noqa: S608 - names of ours
                        f" WHERE rowid % {len(VALUES)} = ?",
                        (value, place),
                    )
