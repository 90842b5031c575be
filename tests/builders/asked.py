"""One gate of each other system, written as that system leaves it, and a look at a whole file."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from tests.builders import amelia, dossier, syris
from vedette.data.approvals import read_review
from vedette.data.source import open_source

NOW = 1795269751.0
"""2026-11-21T14:02:31Z: a minute after every gate here was asked."""

ASKED = "2026-11-21T14:01:31.250000+00:00"
ENDS = "2026-11-21T15:01:31+00:00"
OVER = "2026-11-21T14:02:00+00:00"
"""A time for `expires_at` that is over at NOW."""

Everything = dict[str, list[dict[str, Any]]]


def everything(path: Path) -> Everything:
    """Every row of every table, by the table's name."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: [
                dict(row)
                for row in connection.execute(
                    f'SELECT rowid AS "rowid", * FROM "{name}" ORDER BY rowid'  # noqa: S608
                )
            ]
            for (name,) in names
        }


class Changes(NamedTuple):
    """What differs between two looks at a file."""

    set: dict[str, dict[str, Any]]
    """Columns that have another value now, as `table.rowid`, with the values."""
    added: dict[str, list[dict[str, Any]]]
    """New rows, by table, with the columns that are not NULL."""
    removed: int


def changes(before: Everything, after: Everything) -> Changes:
    """Every difference, in every table and every column."""
    assert before.keys() == after.keys()
    changed: dict[str, dict[str, Any]] = {}
    added: dict[str, list[dict[str, Any]]] = {}
    removed = 0
    for table in before:
        old = {row["rowid"]: row for row in before[table]}
        new = {row["rowid"]: row for row in after[table]}
        removed += len(old.keys() - new.keys())
        for key in sorted(new.keys() - old.keys()):
            row = {name: value for name, value in new[key].items() if value is not None}
            added.setdefault(table, []).append(row)
        for key in old.keys() & new.keys():
            moved = {name: value for name, value in new[key].items() if value != old[key][name]}
            if moved:
                changed[f"{table}.{key}"] = moved
    return Changes(changed, added, removed)


def seen(path: Path, gate: str, now: float = NOW) -> str:
    """The hash of what a person reads in the review of a gate."""
    with closing(open_source(str(path))) as source:
        facts = read_review(source, gate, now)
    assert facts is not None
    return facts.sha256


def _put(connection: sqlite3.Connection, table: str, **row: Any) -> None:
    connection.execute(
        f"INSERT INTO {table} ({', '.join(row)}) "  # noqa: S608
        f"VALUES ({', '.join(':' + name for name in row)})",
        row,
    )


def change(path: Path, statement: str, *values: Any) -> None:
    """What another process does to the file."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


# SYRIS: the gate is `gate-1`, of trace `trace-1`, task `task-1`, step `step-1`

GATE = "gate-1"
WHAT = json.dumps({"tool_name": "mail.send", "arguments": {"to": "ana", "text": "the minutes"}})


def ask_syris(path: Path, form: syris.Form, *, has_step: bool = True, **fields: Any) -> None:
    """A SYRIS file in which one step waits, and another gate was decided before."""
    connection = syris.create(path, form)
    with connection:
        refs = {"ref_task_id": "task-1", "ref_step_id": "step-1"} if has_step else {}
        gate = {
            "approval_id": GATE,
            "created_at": ASKED,
            "expires_at": ENDS,
            "status": "pending",
            "trace_id": "trace-1",
            "ref_event_id": "event-1",
            "risk_level": "medium",
            "autonomy_level": "A2",
            "what": WHAT,
            "why": "autonomy A2 asks before it writes",
            "how_to_approve": f"POST /approvals/{GATE}/approve",
        }
        _put(connection, "approvals", **(gate | refs | fields))
        other = {"approval_id": "gate-0", "status": "approved", "decided_by": "ben"}
        _put(connection, "approvals", **(gate | other | {"decided_at": ASKED}))
        (_design if form == "design" else _coded)(connection)
    connection.close()


def _design(connection: sqlite3.Connection) -> None:
    _put(
        connection,
        "events",
        event_id="event-1",
        occurred_at=ASKED,
        ingested_at=ASKED,
        channel="chat",
        connector_id="chat-1",
        actor_type="user",
        actor_id="operator",
        text="send ana the minutes",
        trace_id="trace-1",
    )
    _put(
        connection,
        "tasks",
        task_id="task-1",
        created_at=ASKED,
        updated_at=ASKED,
        status="running",
        trigger_event_id="event-1",
        trace_id="trace-1",
        current_step_id="step-1",
        autonomy_level_at_start="A2",
    )
    _put(
        connection,
        "steps",
        step_id="step-1",
        task_id="task-1",
        name="send",
        status="running",
        checkpoint=json.dumps({"approval_id": GATE}),
        started_at=ASKED,
    )


def _coded(connection: sqlite3.Connection) -> None:
    for number in (1, 2):
        _put(
            connection,
            "message_events",
            event_id=f"event-{number}",
            trace_id=f"trace-{number}",
            thread_id="thread-1",
            created_at=ASKED,
            source="user",
            content="send ana the minutes",
            content_type="text",
        )
    for number, status in ((1, "paused"), (2, "running")):
        _put(
            connection,
            "tasks",
            task_id=f"task-{number}",
            trace_id=f"trace-{number}",
            status=status,
            handler="errand",
            created_at=ASKED,
            updated_at=ASKED,
            started_at=ASKED,
        )
    for number, task, status in ((1, 1, "gated"), (2, 1, "pending"), (3, 2, "gated")):
        _put(
            connection,
            "task_steps",
            step_id=f"step-{number}",
            task_id=f"task-{task}",
            step_index=number,
            status=status,
            tool_name="mail.send",
            idempotency_key=f"step-{number}",
            attempt_count=0,
            max_attempts=3,
            pending_approval_id=GATE if number == 1 else None,
            created_at=ASKED,
            updated_at=ASKED,
        )


# Amelia: the workflow `wf-9` of build_amelia(workflows=12) is blocked

WORKFLOW = "wf-9"


def ask_amelia(path: Path, form: str = "events") -> None:
    """An Amelia file in WAL mode, closed cleanly, in which one workflow waits for a person."""
    amelia.build_amelia(path, form)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL").fetchall()


# Dossier: the request `request-1` of run `run-1`, and the blocked assignment `assignment-1`

REQUEST = "request-1"
BLOCKED = "assignment-1"
PROJECT = "5f9c3a8e-0000-4000-8000-000000000001"
CARD = "5f9c3a8e-0000-4000-8000-000000000002"


def ask_dossier(path: Path) -> None:
    """A Dossier file with a request that waits, one that was rejected, and one blocked card."""
    connection = dossier.create(path)
    with connection:
        _put(connection, "project", id=PROJECT, name="web")
        _put(connection, "workflow", id="flow-1", project_id=PROJECT, title="Sessions", position=1)
        _put(
            connection,
            "workflow_activity",
            id="act-1",
            workflow_id="flow-1",
            title="Keys",
            position=1,
        )
        _put(connection, "card", id=CARD, workflow_activity_id="act-1", title="Rotate the keys")
        _put(connection, "system_policy_profile", id="policy-1", project_id=PROJECT)
        _put(
            connection,
            "orchestration_run",
            id="run-1",
            project_id=PROJECT,
            scope="card",
            card_id=CARD,
            trigger_type="card",
            status="running",
            initiated_by="ana",
            repo_url="https://example.org/web.git",
            base_branch="main",
            system_policy_profile_id="policy-1",
            system_policy_snapshot="{}",
            run_input_snapshot="{}",
            started_at="2026-11-21T14:00:00.000Z",
        )
        _put(
            connection,
            "card_assignment",
            id=BLOCKED,
            run_id="run-1",
            card_id=CARD,
            agent_role="coder",
            agent_profile="default",
            feature_branch="feat/keys",
            allowed_paths='["auth/"]',
            assignment_input_snapshot="{}",
            status="blocked",
        )
        _put(
            connection,
            "agent_execution",
            id="execution-1",
            assignment_id=BLOCKED,
            status="completed",
            started_at="2026-11-21T14:00:10.000Z",
            ended_at="2026-11-21T14:01:00.000Z",
            summary="no changes to commit",
        )
        for gate, status in ((REQUEST, "pending"), ("request-0", "rejected")):
            _put(
                connection,
                "approval_request",
                id=gate,
                run_id="run-1",
                approval_type="merge_pr",
                status=status,
                requested_by="integrator",
                requested_at="2026-11-21T14:01:31.000Z",
            )
    connection.close()
