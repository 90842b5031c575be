"""TAC Bootstrap's orchestrator database, of both its schemas."""

import sqlite3

from .system import Known, System, Tables


def _tac(connection: sqlite3.Connection, tables: Tables) -> System:
    is_v2 = "ai_developer_workflows" in tables
    expected = _TAC_TABLES if is_v2 else _TAC_TABLES[:5]
    lost = tuple(
        f"this file has no table {table}: what it would hold is not shown"
        for table in expected
        if table not in tables
    )
    lacks = dict(_TAC_LACKS)
    if not is_v2:
        lacks["task"] = "this version of TAC records no workflows; the next one does"
        lacks["route"] = "this version of TAC records no chat; the next one does"
    return System(
        name="tac",
        variant="2" if is_v2 else "1",
        label=f"TAC Bootstrap v{2 if is_v2 else 1}",
        folders=("views/tac",),
        lacks=lacks,
        agents_report_costs=True,
        reach={"tool_call": 5_000, "event": 5_000},
        notes=_TAC_NOTES + (_TAC_V2_NOTES if is_v2 else ()) + lost,
    )


_TAC_TABLES = (
    "orchestrator_agents",
    "agents",
    "prompts",
    "agent_logs",
    "system_logs",
    "orchestrator_chat",
    "ai_developer_workflows",
)

_TAC_LACKS = {
    "approval": "there are no gates in TAC: its questions are asked on the GitHub issue",
    "consent": "there are no gates in TAC",
    "signature": "there are no gates in TAC",
    "alarm": "TAC records no alarms; its errors are in Events and in Audit",
    "alarm_action": "TAC records no alarms",
    "schedule": "TAC records no schedules",
    "watcher": "TAC records no watchers",
    "rule": "TAC records no rules",
    "health": "TAC records no heartbeats",
    "check": "TAC records no checks",
    "chunk": "TAC stores an answer whole, not as it streams",
    "writer": "TAC does not record which process writes",
    "run_writer": "TAC does not record which process writes",
    "budget": "TAC records no budgets",
}

_TAC_NOTES = (
    "TAC does not close what fails or stops: a running agent may be dead",
    "TAC's agents report a cost of their own beside their prompts': the larger is shown, "
    "never the sum",
    "TAC writes cost 0 until it knows better: tokens without a cost are unpriced, not free",
    "what TAC's agents log is in Events, what the system logs is in Audit",
    "warnings and errors are looked for among 5,000 lines of the log at a time",
    "agents whose tools fail are looked for among the newest 5,000 lines that agents logged",
    "tool calls are those that TAC's agents log; its prompts of type tool_call are prompts",
    "agent templates (orchestrator_agents) give agents their name and kind; what else they say "
    "is among the records of Operations (8)",
)

_TAC_V2_NOTES = (
    "a workflow in progress may be dead too; at the step plan it may wait for an answer on its "
    "GitHub issue",
    "what people, the orchestrator and its agents told each other is under routes; TAC routes by "
    "talking",
    "sessions without a workflow are looked for among the newest 1,000 agents; older ones are in "
    "Tables (9)",
    "of workflows the newest 200 come first in lists; older ones stand among the sessions",
)


TAC = Known(
    "TAC Bootstrap",
    {
        "orchestrator_agents": (),
        "agents": ("parent_agent_id", "session_id"),
        "agent_logs": (),
        "prompts": ("agent_id",),
    },
    _tac,
)
