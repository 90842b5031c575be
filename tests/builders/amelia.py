"""Amelia's database in each of its forms, with the documented columns and indexes and no others.

Forms: `events`, `workflow_log`, `upgraded` (both logs, the newest workflows in the newer one) and
`state_json` (before 2026-01-31). The rows are the same every time.
"""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

FORMS = ("events", "workflow_log", "upgraded", "state_json")
BEGAN = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
"""When the first workflow was made."""

PLAN = "# Plan\n\n1. Read the session keys.\n2. Rotate them every eight hours.\n"
PROFILE_AGENTS = '{"architect": {"driver": "api", "model": "opus"}}'
VERSIONS = (
    ("Plan the work on {issue}.", None),
    ("Plan the work on {issue}.\nName every file you will touch.", "name the files"),
)
STATUSES = ("completed", "completed", "failed", "cancelled", "completed", "rejected")

TOKEN_AGENTS = ("architect", "developer", "reviewer", "task_reviewer", "evaluator")


def build_amelia(path: Path | str, form: str = "events", workflows: int = 12) -> None:
    """A small file: the last workflows are pending, in progress, blocked or strange."""
    _build(path, form, workflows, 8)


def big(path: Path | str, events: int, form: str = "events") -> None:
    """A file with about so many rows of log, forty a workflow: a small one fills a screen, too."""
    _build(path, form, max(4, events // 40), 24)


def create(path: Path | str, form: str = "events") -> sqlite3.Connection:
    """An empty file of a form, open for writing."""
    connection = sqlite3.connect(path)
    here = Path(__file__).parent
    names = ["amelia"]
    names += ["amelia_events"] if form != "workflow_log" else []
    names += ["amelia_workflow_log"] if form in ("workflow_log", "upgraded") else []
    for name in names:
        connection.executescript((here / f"{name}.sql").read_text(encoding="utf-8"))
    if form == "state_json":
        for column in ("workflow_type", "profile_id", "plan_cache", "issue_cache"):
            connection.execute(f"ALTER TABLE workflows DROP COLUMN {column}")
        connection.execute("ALTER TABLE workflows ADD COLUMN state_json TEXT")
    return connection


def _build(path: Path | str, form: str, workflows: int, filler: int) -> None:
    connection = create(path, form)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -200000")
    with connection:
        statuses = [_status(index, workflows) for index in range(workflows)]
        indexes = range(workflows)
        _insert(connection, "workflows", (_workflow(i, statuses[i], form) for i in indexes))
        upgraded_at = workflows // 2 if form == "upgraded" else workflows
        log_rows = chain.from_iterable(_log(i, statuses[i], filler) for i in indexes)
        for row in log_rows:
            index = int(str(row["workflow_id"])[3:])
            if form == "workflow_log" or index >= upgraded_at:
                _put(connection, "workflow_log", _as_workflow_log(row))
            else:
                _put(connection, "events", row)
        tokens = (_tokens(i, statuses[i], filler) for i in indexes)
        _insert(connection, "token_usage", chain.from_iterable(tokens))
        sessions = max(2, workflows // 20)
        _insert(connection, "brainstorm_sessions", map(_session, range(sessions)))
        messages = chain.from_iterable(map(_messages, range(sessions)))
        _insert(connection, "brainstorm_messages", messages)
        written = {"created_at": "2026-01-31 08:00:00", "updated_at": "2026-01-31 08:00:00"}
        _put(connection, "server_settings", {"id": 1, **written})
        profile = {"id": "work", "working_dir": "/src", "agents": PROFILE_AGENTS}
        _put(connection, "profiles", {**profile, **written})
        _prompt_templates(connection, workflows)
        _insert(connection, "brainstorm_artifacts", map(_artifact, range(sessions)))
    connection.close()


def _prompt_templates(connection: sqlite3.Connection, workflows: int) -> None:
    """One template of two versions, the newer in use since the third workflow."""
    template = {"id": "architect.plan", "agent": "architect", "name": "Plan"}
    _put(connection, "prompts", {**template, "current_version_id": "plan-2"})
    for number, (text, note) in enumerate(VERSIONS, start=1):
        version = {"id": f"plan-{number}", "prompt_id": "architect.plan"}
        about = {"version_number": number, "content": text, "change_note": note}
        at = BEGAN + timedelta(minutes=40 * (number - 1))
        made = {"created_at": at.strftime("%Y-%m-%d %H:%M:%S")}
        _put(connection, "prompt_versions", {**version, **about, **made})
    for index in range(min(workflows, 12)):
        used = {"workflow_id": f"wf-{index}", "prompt_id": "architect.plan"}
        _put(
            connection,
            "workflow_prompt_versions",
            {**used, "version_id": "plan-1" if index < 2 else "plan-2"},
        )


def _status(index: int, workflows: int) -> str:
    last = {1: "pending", 2: "in_progress", 3: "blocked", 4: "under_review"}
    return last.get(workflows - index, STATUSES[index % len(STATUSES)])


def _workflow(index: int, status: str, form: str) -> dict[str, object]:
    at = BEGAN + timedelta(minutes=20 * index)
    plan = json.dumps({"goal": "rotate session keys", "plan_markdown": PLAN, "total_tasks": 1})
    is_over = status in ("completed", "failed", "cancelled", "rejected")
    reasons = {"rejected": "too wide", "failed": "tests failed"}
    row: dict[str, object] = {
        "id": f"wf-{index}",
        "issue_id": f"AUTH-{index}",
        "worktree_path": f"/src/auth-{index}",
        "status": "failed" if status == "rejected" else status,
        "created_at": at.isoformat(" "),
        "started_at": at.isoformat(" "),
        "completed_at": (at + timedelta(minutes=15)).isoformat() if is_over else None,
        "failure_reason": reasons.get(status),
    }
    if form == "state_json":
        return row | {"state_json": json.dumps({"goal": "rotate", "plan_markdown": PLAN})}
    issue = json.dumps({"title": "Sessions never end"})
    return row | {"profile_id": "work", "plan_cache": plan, "issue_cache": issue}


def _log(index: int, status: str, filler: int) -> Iterator[dict[str, object]]:
    for sequence, (agent, kind, message, data) in enumerate(_story(status, filler), start=1):
        at = BEGAN + timedelta(minutes=20 * index, seconds=4 * sequence)
        yield {
            "id": f"ev-{index}-{sequence}",
            "workflow_id": f"wf-{index}",
            "sequence": sequence,
            "timestamp": at.isoformat(),
            "agent": agent,
            "event_type": kind,
            "level": "info" if kind != "agent_message" else "debug",
            "message": message,
            "data_json": data,
            "tool_name": "Read" if kind == "claude_tool_call" else None,
        }


Line = tuple[str, str, str, str | None]


def _story(status: str, filler: int) -> Iterator[Line]:
    yield "system", "workflow_started", "Workflow started", None
    if status == "pending":
        return
    yield "architect", "stage_started", "Planning", '{"stage": "architect"}'
    yield "architect", "claude_tool_call", "reads the keys", "not json"
    yield "architect", "claude_tool_result", "3 files", None
    yield from (("architect", "agent_message", f"thinks {n}", "a,b") for n in range(filler // 2))
    yield "architect", "stage_completed", "Planned", '{"stage": "architect"}'
    yield "human_approval", "approval_required", "Plan ready for review", '{"paused_at": "here"}'
    if status in ("blocked", "cancelled"):
        # Every start of the server says so again.
        yield "human_approval", "approval_required", "Plan ready for review", None
        return
    if status == "rejected":
        yield "system", "approval_rejected", "Plan rejected: too wide", None
        return
    yield "human_approval", "approval_granted", "Plan approved", None
    task = '{"task_index": 0, "total_tasks": 1, "task_title": "Rotate the keys"}'
    yield "developer", "task_started", "Task 1 of 1", task
    yield from (("developer", "agent_message", f"edits {n}", None) for n in range(filler // 2))
    if status == "failed":
        yield "developer", "task_failed", "tests failed", task
        yield "system", "workflow_failed", "tests failed", None
    if status == "completed":
        yield "developer", "task_completed", "Task 1 of 1 done", task
        yield "reviewer", "review_completed", "approved", '{"approved": true}'
        yield "system", "workflow_completed", "Workflow completed", None


def _as_workflow_log(row: dict[str, object]) -> dict[str, object]:
    kept = {name: value for name, value in row.items() if name != "tool_name"}
    return kept | {"level": "error" if row["event_type"] == "workflow_failed" else row["level"]}


def _tokens(index: int, status: str, filler: int) -> Iterator[dict[str, object]]:
    """One row when an agent's turn is over: none of those that did not get so far."""
    planned = 6 + filler // 2
    if status == "pending":
        return
    turns = (planned, planned + 3 + filler // 2, *(planned + 5 + filler,) * 3)
    is_stopped = status in ("blocked", "cancelled", "rejected")
    reached = 1 if is_stopped else 2 if status in ("failed", "in_progress") else 5
    for place, agent in enumerate(TOKEN_AGENTS[:reached]):
        at = BEGAN + timedelta(minutes=20 * index, seconds=4 * turns[place])
        yield {
            "id": f"tu-{index}-{agent}",
            "workflow_id": f"wf-{index}",
            "agent": agent,
            "model": ("opus", "sonnet")[place % 2],
            "input_tokens": 9_000 + index,
            "output_tokens": 700,
            "cache_read_tokens": 4_000,
            "cache_creation_tokens": 100,
            "cost_usd": 0.125 + place / 100,
            "duration_ms": 16_000 if place < 2 else 1_500,
            "num_turns": 4,
            "timestamp": at.isoformat(),
        }


def _session(index: int) -> dict[str, object]:
    at = (BEGAN + timedelta(hours=index)).isoformat()
    status = ("active", "completed")[index % 2]
    topic = f"topic {index}"
    return {
        "id": f"bs-{index}",
        "profile_id": "work",
        "status": status,
        "topic": topic,
        "created_at": at,
        "updated_at": at,
    }


def _artifact(index: int) -> dict[str, object]:
    return {
        "id": f"ba-{index}",
        "session_id": f"bs-{index}",
        "type": "design",
        "path": f"docs/plans/topic-{index}.md",
        "title": f"design of topic {index}",
        "created_at": (BEGAN + timedelta(hours=index, minutes=9)).isoformat(),
    }


def _messages(index: int) -> Iterator[dict[str, object]]:
    for sequence in range(1, 5):
        is_answer = sequence % 2 == 0
        at = BEGAN + timedelta(hours=index, minutes=sequence)
        yield {
            "id": f"bm-{index}-{sequence}",
            "session_id": f"bs-{index}",
            "sequence": sequence,
            "role": "assistant" if is_answer else "user",
            "content": f"word {sequence}",
            "created_at": at.isoformat(),
            "input_tokens": 500 if is_answer else None,
            "output_tokens": 90 if is_answer else None,
            "cost_usd": 0.25 if is_answer else None,
        }


def _insert(connection: sqlite3.Connection, table: str, rows: Iterator[dict[str, object]]) -> None:
    for row in rows:
        _put(connection, table, row)


def _put(connection: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    columns, places = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(
        f"INSERT INTO {table} ({columns}) VALUES ({places})",  # noqa: S608
        tuple(row.values()),
    )
