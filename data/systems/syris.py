"""SYRIS, of both its forms: as its documents design it, and as it was coded."""

import sqlite3

from .system import Known, System, Tables


def _design(connection: sqlite3.Connection, tables: Tables) -> System:
    return System(
        name="syris",
        variant="design",
        label="SYRIS as designed",
        folders=("views/syris_design", "views/syris"),
        lacks=_LACKS | _DESIGN_LACKS,
        answers="syris_design",
        finds_gates_by_run=True,
        reach={"alarm": 500},
        notes=_NOTES + _DESIGN_NOTES + _lost(tables, _DESIGN_TABLES),
    )


def _coded(connection: sqlite3.Connection, tables: Tables) -> System:
    return System(
        name="syris",
        variant="coded",
        label="SYRIS as coded",
        folders=("views/syris_coded", "views/syris"),
        lacks=_LACKS | _CODED_LACKS,
        answers="syris_coded",
        expires_gates=False,
        finds_gates_by_run=True,
        reach={"tool_call": 5_000, "route": 5_000, "event": 5_000},
        notes=_NOTES + _CODED_NOTES + _lost(tables, _CODED_TABLES),
    )


def _lost(tables: Tables, expected: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        f"this file has no table {table}: what it would hold is not shown"
        for table in expected
        if table not in tables
    )


_DESIGN_TABLES = (
    "events",
    "routing_decisions",
    "tasks",
    "steps",
    "tool_calls",
    "tool_results",
    "idempotency_outcomes",
    "audit_events",
    "approvals",
    "schedules",
    "watcher_state",
    "rules",
    "system_health",
    "alarms",
    "artifacts",
)

_CODED_TABLES = (
    "system_health",
    "audit_events",
    "message_events",
    "tasks",
    "task_steps",
    "approvals",
    "autonomy_settings",
    "schedules",
    "watcher_states",
    "quiet_hours_policies",
    "rules",
)

_LACKS = {
    "check": "SYRIS records no checks",
    "usage": "SYRIS records no tokens and no costs",
    "cost": "SYRIS records no costs",
    "chunk": "SYRIS stores an answer whole, not as it streams",
    "signature": "a SYRIS gate takes one answer, kept in the gate itself",
    "alarm_action": "SYRIS keeps what was done to an alarm in the alarm itself",
    "writer": "SYRIS does not record which process writes; its heartbeats are in Health",
    "run_writer": "SYRIS does not record which process writes",
    "budget": "SYRIS records no budgets",
}

_DESIGN_LACKS = {
    "prompt": "SYRIS as designed records no model calls, no tokens and no costs",
}

_CODED_LACKS = {
    "alarm": "SYRIS as coded records no alarms: a missed heartbeat is a message of its own",
}

_NOTES = (
    "a run is a trace: one event and all that came of it",
    "SYRIS has no agents: they are derived, one for each trace, task and step, and for each event "
    "that followed in the trace",
    "what SYRIS audits is in Events and in Audit",
    "SYRIS records no costs, no tokens and no models",
)

_DESIGN_NOTES = (
    "artifacts and idempotency outcomes are among the records of Operations (8)",
    "what a tool was called with is not recorded, only a hash of it",
    "when the same alarm went off before is looked for among the 500 alarms before it",
)

_CODED_NOTES = (
    "SYRIS as coded never lets a gate expire: one past its time can still be answered",
    "a gate is answered through SYRIS's server where [systems.syris] api names one, else in this "
    "file, as its server would write it, and only where a step waits for it",
    "tool calls are those of the audit trail; their arguments are known where a step made them",
    "warnings and errors are looked for among 5,000 lines of the log at a time",
    "how messages were routed, and which tools fail, is looked for among the newest 5,000 rows of "
    "the audit trail",
    "autonomy settings and quiet hours are among the records of Operations (8)",
)

SYRIS_CODED = Known(
    "SYRIS as coded",
    {
        "message_events": (),
        "task_steps": (),
        "audit_events": ("audit_id",),
        "approvals": ("how_to_approve",),
    },
    _coded,
)

SYRIS_DESIGN = Known(
    "SYRIS as designed",
    {
        "audit_events": ("audit_id", "ref_approval_id"),
        "approvals": ("approval_id", "how_to_approve"),
        "events": ("trace_id", "dedupe_key"),
    },
    _design,
)
