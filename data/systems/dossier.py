"""Dossier's planning and build database, of its migrations 001 to 012."""

import re
import sqlite3

from ... import sql
from .system import Known, System, Tables


def _dossier(connection: sqlite3.Connection, tables: Tables) -> System:
    version = _version(connection)
    lost = tuple(
        f"this file has no table {table}: what it would hold is not shown"
        for table in _DOSSIER_TABLES
        if table not in tables
    )
    return System(
        name="dossier",
        variant=version,
        label=f"Dossier {version}".strip(),
        folders=("views/dossier",),
        lacks=_DOSSIER_LACKS,
        journal="delete",
        answers="dossier",
        expires_gates=False,
        tells_pickup=False,
        reach={"event": 5_000},
        notes=_DOSSIER_NOTES + (_STEP_NOTE if "step" in tables else ()) + lost,
    )


def _version(connection: sqlite3.Connection) -> str:
    """The number of the newest migration, as the names of the applied ones say it; "" for none."""
    names = [str(name) for (name,) in connection.execute(sql.load("systems/dossier_migrations"))]
    return max((name[:3] for name in names if re.fullmatch(r"0\d\d_\w+\.sql", name)), default="")


_DOSSIER_TABLES = (
    "project",
    "workflow",
    "workflow_activity",
    "card",
    "planning_action",
    "agent_execution",
    "agent_commit",
    "run_check",
    "pull_request_candidate",
    "event_log",
)
"""The tables its relations are made of, besides those it is recognised by."""

_NO_TOKENS = "Dossier records no model calls: neither prompts nor tokens nor costs"

_DOSSIER_LACKS = {
    "prompt": _NO_TOKENS,
    "usage": _NO_TOKENS,
    "cost": _NO_TOKENS,
    "chunk": _NO_TOKENS,
    "tool_call": "Dossier records no tool calls: a commit is the first trace of what an agent did",
    "alarm": "Dossier records no alarms; what failed or is blocked is on Fleet and in Events",
    "alarm_action": "Dossier records no alarms",
    "signature": "Dossier keeps who answered on the request itself, and no signatures",
    "schedule": "Dossier records no schedules",
    "watcher": "Dossier records no watchers",
    "rule": "Dossier records no rules (policies are among the records of Operations)",
    "health": "Dossier records no heartbeats",
    "route": "Dossier records no routing",
    "writer": "Dossier does not record which process writes",
    "run_writer": "Dossier does not record which process writes",
    "budget": "Dossier records no budgets",
}

_DOSSIER_NOTES = (
    "an agent is an assignment of a card; below it stands each time it was executed",
    "Dossier leaves a run running that nobody works on: a running run may be dead",
    "a blocked assignment is a gate that needs a person: it is resumed through Dossier's HTTP "
    "interface ([systems.dossier] api), which starts an agent; a row alone would start nothing",
    "nothing in Dossier waits for an approval of a pull request: the answer is kept, no more",
    "risk is derived from what is asked: Dossier records none",
    "the payload of an approval is put together from its run: the pull request candidate, "
    "the checks and the commits as they stand now",
    "of approval requests the newest 1,000 are shown; older ones are in Tables (9)",
    "a run's error is its newest failed execution's; Dossier records none of its own",
    "of assignments the newest 300 come first in lists; older ones stand among the executions",
    "a project and an activity store no state: theirs is derived from what is below them",
    "what the runs did is in Events, what was asked of the plan is in Audit",
    "what belongs to a card (requirements, facts, assumptions, questions, planned files) stands "
    "beside it in Operations (8); policies and memory are among the records there",
    "warnings and errors are looked for among 5,000 lines of the log at a time",
)

_STEP_NOTE = ("this file is from before migration 005: cards stand below steps",)


DOSSIER = Known(
    "Dossier",
    {
        "_migrations": ("name",),
        "orchestration_run": (),
        "card_assignment": (),
        "approval_request": (),
    },
    _dossier,
)
