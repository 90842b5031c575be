"""The words that each known system's documents list for its columns; any other is unknown here.

Types of events and of audit lines are left out: no document lists them all.
"""

from collections.abc import Mapping

Words = Mapping[str, Mapping[str, tuple[str, ...]]]
"""By table and column."""

_BUILD = ("queued", "running", "blocked", "failed", "completed", "cancelled")
_REVIEWED = ("draft", "approved", "rejected")
_SOURCES = ("agent", "user", "imported")
_ENTITIES = ("project", "workflow", "activity", "step", "card", "schema")
_CARD_PART = {"status": _REVIEWED, "source": _SOURCES}

_DOSSIER: Words = {
    "workflow": {"build_state": _BUILD},
    "card": {
        "status": ("todo", "active", "questions", "review", "production"),
        "build_state": _BUILD,
    },
    "orchestration_run": {
        "status": _BUILD,
        "scope": ("workflow", "card"),
        "trigger_type": ("card", "workflow", "manual"),
    },
    "card_assignment": {
        "status": _BUILD,
        "agent_role": ("planner", "coder", "reviewer", "integrator", "tester"),
    },
    "agent_execution": {"status": _BUILD},
    "run_check": {
        "status": ("passed", "failed", "skipped"),
        "check_type": ("dependency", "security", "policy", "lint", "unit", "integration", "e2e"),
    },
    "pull_request_candidate": {
        "status": ("not_created", "draft_open", "open", "merged", "closed"),
    },
    "approval_request": {
        "status": ("pending", "approved", "rejected"),
        "approval_type": ("create_pr", "merge_pr"),
    },
    "planning_action": {"validation_status": ("accepted", "rejected")},
    "card_requirement": _CARD_PART,
    "card_known_fact": _CARD_PART,
    "card_assumption": _CARD_PART,
    "card_question": _CARD_PART,
    "card_planned_file": {
        "status": ("proposed", "user_edited", "approved"),
        "action": ("create", "edit"),
    },
    "memory_unit": {"status": _REVIEWED, "content_type": ("inline", "link")},
    "memory_unit_relation": {"entity_type": _ENTITIES},
}

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_SPEAKERS = ("user", "orchestrator", "agent")
_ENDINGS = ("completed", "failed", "cancelled")

_TAC: Words = {
    "agents": {"status": ("initializing", "planning", "executing", "reviewing", *_ENDINGS)},
    "prompts": {
        "status": ("pending", "streaming", *_ENDINGS),
        "prompt_type": ("adw", "command", "followup", "correction", "tool_call"),
    },
    "agent_logs": {
        "log_level": _LEVELS,
        "log_type": (
            "state_change",
            "milestone",
            "error",
            "performance",
            "tool_call",
            "cost_update",
        ),
    },
    "system_logs": {"log_level": _LEVELS},
    "orchestrator_agents": {
        "agent_type": ("planner", "builder", "reviewer", "tester", "orchestrator", "utility"),
    },
    "orchestrator_chat": {"sender_type": _SPEAKERS, "receiver_type": _SPEAKERS},
    "ai_developer_workflows": {"status": ("pending", "in_progress", *_ENDINGS)},
}

_AMELIA: Words = {
    "workflows": {
        # Files from before 2026-01-27 know planning too.
        "status": ("pending", "planning", "in_progress", "blocked", *_ENDINGS),
        "workflow_type": ("full", "review"),
    },
    "events": {"level": ("info", "debug", "trace")},
    "workflow_log": {"level": ("info", "warning", "error", "debug")},
}

_RISKS = ("low", "medium", "high", "critical")
_STAGES = (
    "normalize",
    "route",
    "execute",
    "tool_call",
    "gate",
    "operator",
    "scheduler",
    "watcher",
    "rule",
    "task",
    "mcp",
)
_OUTCOMES = ("success", "failure", "suppressed", "info")
_GATE = {"status": ("pending", "approved", "denied", "expired"), "risk_level": _RISKS}
_HEALTH = {"status": ("healthy", "degraded", "down")}

_SYRIS_DESIGN: Words = {
    "tasks": {"status": ("pending", "running", "paused", "succeeded", "failed", "canceled")},
    "steps": {"status": ("pending", "running", "succeeded", "failed", "paused")},
    "tool_calls": {
        "status": ("attempted", "succeeded", "failed", "unknown"),
        "risk_level": _RISKS,
    },
    "tool_results": {"status": ("succeeded", "failed")},
    "audit_events": {"stage": _STAGES, "outcome": _OUTCOMES},
    "approvals": _GATE,
    "routing_decisions": {"execution_mode": ("fast", "task", "gated", "sandbox")},
    "system_health": _HEALTH,
    "alarms": {
        "status": ("open", "acked", "resolved"),
        "severity": ("critical", "error", "warning"),
    },
}

_SYRIS_CODED: Words = {
    "tasks": {"status": ("pending", "running", "paused", *_ENDINGS)},
    "task_steps": {
        "status": ("pending", "running", "completed", "failed", "skipped", "gated"),
        "risk_level": _RISKS,
    },
    "audit_events": {"stage": (*_STAGES, "llm", "notification"), "outcome": _OUTCOMES},
    "approvals": _GATE,
    "schedules": {"schedule_type": ("cron", "interval", "one_shot")},
    "watcher_states": {"last_outcome": ("ok", "error", "suppressed")},
    "system_health": _HEALTH,
}


def words_of(system: str, variant: str) -> Words:
    """The words of a system's columns; none for a system without a list."""
    if system == "syris":
        return _SYRIS_DESIGN if variant == "design" else _SYRIS_CODED
    return {"dossier": _DOSSIER, "tac": _TAC, "amelia": _AMELIA}.get(system, {})
