"""Amelia's database of its SQLite days: with events, with workflow_log, with both, and older."""

import sqlite3

from .system import Known, System, Tables


def _amelia(connection: sqlite3.Connection, tables: Tables) -> System:
    variant, words = _form(tables)
    lacks = dict(_LACKS)
    if "events" not in tables:
        lacks["tool_call"] = "this version of Amelia logs no tool calls; a plan's are in its cache"
    return System(
        name="amelia",
        variant=variant,
        label=f"Amelia, {words}",
        folders=("views/amelia",),
        lacks=lacks,
        answers="amelia",
        expires_gates=False,
        tells_pickup=False,
        finds_gates_by_run=True,
        reach={"event": 5_000},
        notes=(*_NOTES, *_of_form(tables), *_lost(tables)),
    )


def _form(tables: Tables) -> tuple[str, str]:
    if "workflow_log" in tables:
        return ("upgraded", "upgraded") if "events" in tables else ("workflow_log", "workflow_log")
    if "plan_cache" not in tables["workflows"]:
        return "state_json", "before 2026-01-31"
    return "events", "events"


def _of_form(tables: Tables) -> tuple[str, ...]:
    if "workflow_log" not in tables:
        return ()
    if "events" in tables:
        return (_BOTH,)
    return ("of workflow_log, answered gates are looked for among the newest 10000 rows",)


def _lost(tables: Tables) -> tuple[str, ...]:
    """What a file half-way between two versions does not have."""
    absent = [table for table in _TABLES if table not in tables]
    if not {"events", "workflow_log"} & tables.keys():
        absent.append("events")
    fewer = [
        f"{table}.{column}"
        for table, columns in _COLUMNS.items()
        for column in columns
        if table in tables and column not in tables[table]
    ]
    return tuple(
        [f"this file has no table {name}: what it would hold is not shown" for name in absent]
        + [f"this file has no column {name}: it is empty here" for name in fewer]
    )


_TABLES = (
    "prompts",
    "prompt_versions",
    "workflow_prompt_versions",
    "brainstorm_sessions",
    "brainstorm_messages",
    "brainstorm_artifacts",
    "server_settings",
)

_COLUMNS = {
    "workflows": ("workflow_type", "profile_id", "plan_cache", "issue_cache"),
    "token_usage": ("duration_ms", "num_turns", "cache_read_tokens"),
    "brainstorm_messages": ("input_tokens", "output_tokens", "cost_usd", "is_system"),
    "brainstorm_sessions": ("driver_type",),
}
"""Columns that came late: a file may be older, or stopped on the way."""

_BOTH = (
    "this file was upgraded and holds both logs: all of events, and of workflow_log the newest "
    "5000 rows; the rest of it is in Tables (9)"
)

_NOTES = (
    "Amelia has no agents: they are the names in its log and its token rows within a workflow, and "
    "their state is derived from the workflow's",
    "a blocked workflow is a gate, its plan the payload; it is answered through Amelia's HTTP "
    "interface ([systems.amelia] api in the configuration), never in this file",
    "a rejected plan is stored as a failed workflow: the log tells them apart",
    "a model call is one invocation of an agent without its texts; its beginning is derived from "
    "its end and its duration",
    "input tokens hold what the cache gave; costs are as Amelia reports them",
    "a failed workflow or task and a system error count as errors, whatever their level says",
    "brainstorming answers are model calls, the newest 10000 messages; those written while this is "
    "open are counted when it is opened again. Sessions, each with its messages in order and its "
    "artifacts, are among the records of Operations (8)",
    "warnings and errors are looked for among 5,000 lines of the log at a time",
    "agents named by token rows only are looked for among the newest 300 of them",
    "prompt templates with their versions, profiles and settings are among the records of "
    "Operations (8)",
)

_LACKS = {
    "alarm": "Amelia records no alarms; its errors are in Events and in Audit",
    "alarm_action": "Amelia records no alarms",
    "signature": "Amelia does not record who answered",
    "schedule": "Amelia records no schedules",
    "watcher": "Amelia records no watchers",
    "rule": "Amelia records no rules",
    "health": "Amelia records no heartbeats",
    "check": "Amelia records no checks",
    "route": "Amelia records no routing",
    "chunk": "Amelia stores an answer whole, not as it streams",
    "writer": "Amelia does not record which process writes",
    "run_writer": "Amelia does not record which process writes",
    "budget": "Amelia records no budgets",
}


AMELIA = Known(
    "Amelia",
    {
        "workflows": ("issue_id", "worktree_path"),
        "token_usage": ("cache_creation_tokens",),
        "profiles": (),
    },
    _amelia,
)
