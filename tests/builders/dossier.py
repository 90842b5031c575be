"""Dossier's database as its migrations make it, and rows as its own writers would leave them."""

import json
import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
"""When the last row was written."""

MIGRATIONS = (
    "001_schema.sql",
    "002_orchestration.sql",
    "003_memory.sql",
    "004_project_description.sql",
    "005_remove_steps.sql",
    "006_project_context.sql",
    "007_design_inspiration.sql",
    "008_card_finalized.sql",
    "009_card_last_build_error.sql",
    "009_normalize_entity_uuids",
    "010_project_finalized.sql",
    "011_scaffold.sql",
    "012_card_assignment_session.sql",
)
"""Names as `_migrations` keeps them; the ninth also normalised data, under a name of its own."""

ADDED = (
    # migration, table, column
    (4, "project", "description"),
    (6, "project", "customer_personas"),
    (6, "project", "tech_stack"),
    (6, "project", "deployment"),
    (7, "project", "design_inspiration"),
    (8, "card", "finalized_at"),
    (9, "card", "last_build_error"),
    (10, "project", "finalized_at"),
    (12, "card_assignment", "session_id"),
)
"""Columns that came later than their tables."""


def create(path: Path | str, version: int = 12) -> sqlite3.Connection:
    """An empty Dossier file of a version, open for writing with foreign keys on."""
    connection = sqlite3.connect(path)
    here = Path(__file__).parent
    connection.executescript((here / "dossier.sql").read_text(encoding="utf-8"))
    for migration, table, column in ADDED:
        if migration > version:
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    if version < 5:
        connection.executescript(_STEPS)
    connection.executemany(
        "INSERT INTO _migrations (name, applied_at) VALUES (?, ?)",
        [(name, "2026-03-01 08:00:00") for name in MIGRATIONS if int(name[:3]) <= version],
    )
    connection.commit()
    return connection


def build_dossier(path: Path | str, runs: int = 40, seed: int = 5, version: int = 12) -> None:
    """Makes a Dossier file with so many runs, the plan they build and what became of them."""
    connection = create(path, version)
    try:
        fill(connection, runs, seed)
    finally:
        connection.close()


def big(path: Path | str, events: int) -> None:
    """Makes a Dossier file of about this many events, with its own indexes only."""
    build_dossier(path, max(8, round(events / EVENTS_OF_A_RUN)))


EVENTS_OF_A_RUN = 8.37
"""How many events a run has here, on average."""


def fill(connection: sqlite3.Connection, runs: int, seed: int = 5) -> None:
    """Fills a new Dossier file; the same seed gives the same rows."""
    # The keys are random, so in a large file every insert lands on another page.
    connection.execute("PRAGMA cache_size = -400000")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA foreign_keys = OFF")
    has_steps = bool(
        connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'step'").fetchall()
    )
    with connection:
        for table, row in _Draw(random.Random(seed), runs, has_steps=has_steps).rows():
            _insert(connection, table, row)
    connection.execute("PRAGMA foreign_keys = ON")
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise ValueError(f"a row points to nothing: {broken[0]}")


def _insert(connection: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    columns, values = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(
        f"INSERT INTO {table} ({columns}) VALUES ({values})",  # noqa: S608 - a builder's own names
        tuple(row.values()),
    )


def break_rules(connection: sqlite3.Connection) -> None:
    """Writes what Dossier's rules forbid: strange words, wrong types, JSON that is none."""
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    with connection:
        connection.executescript(_STRANGE_ROWS)


_STRANGE_ROWS = """
INSERT INTO orchestration_run (id, project_id, scope, trigger_type, status, initiated_by, repo_url,
    base_branch, system_policy_profile_id, system_policy_snapshot, run_input_snapshot)
VALUES ('strange-run', 'gone', 'galaxy', 'moon', 'hibernating', 'x', 'r', 'main', 'gone',
    'no', 'a, b');
INSERT INTO card_assignment (id, run_id, card_id, agent_role, agent_profile, feature_branch,
    allowed_paths, assignment_input_snapshot, status)
VALUES ('strange-a', 'strange-run', 'gone', 'poet', 'default', 'b', 'src, docs', '{', 'napping');
INSERT INTO agent_execution (id, assignment_id, status, started_at, error)
VALUES ('strange-e', 'strange-a', 'dreaming', 'yesterday', x'80ff'),
       ('orphan-e', 'gone', 'failed', NULL, 'nobody asked');
INSERT INTO approval_request (id, run_id, approval_type, status, requested_by, requested_at)
VALUES ('strange-g', 'strange-run', 'fly', 'maybe', 'x', '');
INSERT INTO run_check (id, run_id, check_type, status)
VALUES ('strange-c', 'strange-run', 'taste', 'odd');
INSERT INTO event_log (id, project_id, run_id, event_type, actor, payload)
VALUES ('strange-1', 'gone', 'gone', 'sang', 'x', 'not json'),
       ('strange-2', 'gone', NULL, 'execution_failed', 'x', '[1, 2]');
INSERT INTO planning_action (id, project_id, action_type, target_ref, payload, validation_status)
VALUES ('strange-p', 'gone', 'paint', 'a bare word', '{', 'perhaps');
INSERT INTO card (id, workflow_activity_id, title, status, build_state)
VALUES ('strange-card', 'gone', 'odd', 'todo', 'melting');
"""

_STEPS = """
CREATE TABLE step (
    id TEXT PRIMARY KEY,
    workflow_activity_id TEXT NOT NULL REFERENCES workflow_activity (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    position INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL DEFAULT (datetime('now')),
    updated_at TEXT NOT NULL DEFAULT (datetime('now'))
);
ALTER TABLE card ADD COLUMN step_id TEXT REFERENCES step (id) ON DELETE CASCADE;
"""


TITLES = (
    "Login form",
    "Session store",
    "Password reset",
    "Invite a colleague",
    "Billing page",
    "Export to CSV",
    "Search as you type",
    "Audit of changes",
)
ROLES = ("coder", "coder", "coder", "planner", "reviewer", "integrator", "tester")
CHECKS = ("dependency", "security", "policy", "lint", "unit", "integration", "e2e")
OVER = ("completed", "completed", "completed", "completed", "failed", "failed", "cancelled")

Row = tuple[str, dict[str, object]]


class _Draw:
    """Rows out of one random sequence, in the order in which they would be written."""

    def __init__(self, chance: random.Random, runs: int, *, has_steps: bool) -> None:
        self._chance = chance
        self._runs = runs
        self._has_steps = has_steps
        self._projects = [f"project-{index}" for index in range(min(12, max(3, runs // 8)))]
        self._cards: dict[str, list[tuple[str, str, str]]] = {}
        """Cards of a project as (id, title, workflow id)."""
        self._began = NOW - timedelta(minutes=11) * runs

    def rows(self) -> Iterator[Row]:
        """Every row of every table."""
        for project in self._projects:
            yield from self._plan(project)
        yield from self._memory()
        recent = len(self._projects)
        for index in range(self._runs):
            project = self._projects[index % recent]
            last = index >= self._runs - recent
            yield from self._run(project, self._began + timedelta(minutes=11) * index, last)

    def _plan(self, project: str) -> Iterator[Row]:
        chance, at = self._chance, self._began
        name = f"shop {project[8:]}"
        yield (
            "project",
            {
                "id": project,
                "name": name,
                "repo_url": f"https://git.example/{project}",
                "action_sequence": 3,
                "created_at": _iso(at),
                "updated_at": _sql(at),
            },
        )
        yield (
            "system_policy_profile",
            {
                "id": f"{project}-policy",
                "project_id": project,
                "required_checks": '["lint", "unit"]',
                "updated_at": _sql(at),
            },
        )
        for word in ("accepted", "accepted", "rejected"):
            yield (
                "planning_action",
                {
                    "id": self._uuid(),
                    "project_id": project,
                    "action_type": chance.choice(("create_card", "move_card", "update_card")),
                    "target_ref": json.dumps({"project": project}),
                    "payload": json.dumps({"title": chance.choice(TITLES)}),
                    "validation_status": word,
                    "rejection_reason": "no activity has this id" if word == "rejected" else None,
                    "applied_at": _iso(at) if word == "accepted" else None,
                    "idempotency_key": self._uuid(),
                    "created_at": _iso(at),
                },
            )
        yield (
            "context_artifact",
            {
                "id": f"{project}-context",
                "project_id": project,
                "name": "conventions",
                "type": "doc",
                "content": "one module a feature",
                "created_at": _iso(at),
                "updated_at": _sql(at),
            },
        )
        self._cards[project] = []
        # A plan is written by people: it stays small, and its cards are built again and again.
        each = max(2, min(20, self._runs // (8 * len(self._projects))))
        for number in range(2):
            yield from self._workflow(project, number, each, at)

    def _workflow(self, project: str, number: int, cards: int, at: datetime) -> Iterator[Row]:
        workflow = f"{project}-workflow-{number}"
        state = self._chance.choice((None, "completed", "failed", "running"))
        yield (
            "workflow",
            {
                "id": workflow,
                "project_id": project,
                "title": ("Sign in", "Pay")[number],
                "build_state": state,
                "position": number,
                "created_at": _iso(at),
                "updated_at": _sql(at),
            },
        )
        for place in range(2):
            activity = f"{workflow}-activity-{place}"
            yield (
                "workflow_activity",
                {
                    "id": activity,
                    "workflow_id": workflow,
                    "title": ("Ask", "Confirm")[place],
                    "color": "blue",
                    "position": place,
                    "created_at": _iso(at),
                    "updated_at": _sql(at),
                },
            )
            if self._has_steps:
                yield (
                    "step",
                    {
                        "id": f"{activity}-step",
                        "workflow_activity_id": activity,
                        "title": "first",
                        "created_at": _iso(at),
                        "updated_at": _sql(at),
                    },
                )
            for index in range(cards):
                yield from self._card(project, workflow, activity, index, at)

    def _card(
        self, project: str, workflow: str, activity: str, index: int, at: datetime
    ) -> Iterator[Row]:
        chance = self._chance
        card, title = self._uuid(), chance.choice(TITLES)
        self._cards[project].append((card, title, workflow))
        row: dict[str, object] = {
            "id": card,
            "workflow_activity_id": activity,
            "title": title,
            "status": chance.choice(("todo", "active", "questions", "review", "production")),
            "position": index,
            "build_state": chance.choice((None, None, "completed", "failed", "blocked", "queued")),
            "created_at": _iso(at),
            "updated_at": _sql(at),
        }
        if self._has_steps:
            row["step_id"] = f"{activity}-step"
        yield "card", row
        written: dict[str, object] = {"created_at": _iso(at), "updated_at": _sql(at)}
        yield (
            "card_requirement",
            {
                "id": self._uuid(),
                "card_id": card,
                "text": f"{title} works without a mouse",
                "status": chance.choice(("draft", "approved")),
                "source": "agent",
                **written,
            },
        )
        yield (
            "card_question",
            {
                "id": self._uuid(),
                "card_id": card,
                "text": "which browsers?",
                "source": "agent",
                **written,
            },
        )
        yield (
            "card_known_fact",
            {
                "id": f"fact-{card}",
                "card_id": card,
                "text": "sessions end after an hour",
                "evidence_source": "the code",
                "source": "imported",
                **written,
            },
        )
        yield (
            "card_assumption",
            {
                "id": f"assumption-{card}",
                "card_id": card,
                "text": "everybody has a mail address",
                "source": "user",
                **written,
            },
        )
        yield (
            "card_context_artifact",
            {
                "card_id": card,
                "context_artifact_id": f"{project}-context",
                "linked_by": "ana",
                "usage_hint": "read it first",
            },
        )
        yield (
            "card_planned_file",
            {
                "id": self._uuid(),
                "card_id": card,
                "logical_file_name": f"{title.lower().replace(' ', '-')}.tsx",
                "artifact_kind": "component",
                "action": "create",
                "intent_summary": title,
                **written,
            },
        )

    def _memory(self) -> Iterator[Row]:
        yield (
            "memory_unit",
            {
                "id": "memory-1",
                "content_type": "inline",
                "content_text": "sessions end after an hour",
                "status": "approved",
                "embedding_ref": "e1",
                "updated_at": _sql(self._began),
            },
        )
        yield (
            "memory_retrieval_log",
            {
                "id": "lookup-1",
                "query_text": "how long is a session",
                "scope_entity_type": "project",
                "scope_entity_id": self._projects[0],
                "result_memory_ids": '["memory-1"]',
                "created_at": _iso(self._began),
            },
        )
        yield (
            "memory_unit_relation",
            {
                "memory_unit_id": "memory-1",
                "entity_type": "project",
                "entity_id": self._projects[0],
                "relation_role": "constrains",
            },
        )

    def _run(self, project: str, at: datetime, last: bool) -> Iterator[Row]:
        chance = self._chance
        run = self._uuid()
        is_workflow = chance.random() < 0.3
        cards = chance.sample(self._cards[project], 2 if is_workflow else 1)
        status = chance.choice(("queued", "running", "running", "blocked") if last else OVER)
        over = status in OVER
        yield (
            "orchestration_run",
            {
                "id": run,
                "project_id": project,
                "scope": "workflow" if is_workflow else "card",
                "workflow_id": cards[0][2] if is_workflow else None,
                "card_id": None if is_workflow else cards[0][0],
                "trigger_type": "workflow" if is_workflow else "card",
                "status": status,
                "initiated_by": "ana",
                "repo_url": f"https://git.example/{project}",
                "base_branch": "main",
                "system_policy_profile_id": f"{project}-policy",
                "system_policy_snapshot": '{"required_checks": ["lint", "unit"]}',
                "run_input_snapshot": json.dumps({"card_ids": [card for card, _, _ in cards]}),
                "started_at": None if status == "queued" else _iso(at),
                "ended_at": _iso(at + timedelta(minutes=9)) if over else None,
                "created_at": _iso(at),
                "updated_at": _sql(at + timedelta(minutes=9 if over else 2)),
            },
        )
        yield self._event(project, run, "run_initialized", at, {"card_ids": [c[0] for c in cards]})
        for place, (card, title, _) in enumerate(cards):
            began = at + timedelta(minutes=4 * place, seconds=3)
            yield from self._assignment(project, run, card, title, status, began)
        if status in ("completed", "failed") or (last and status == "running"):
            yield from self._checks(run, status, at + timedelta(minutes=8))
        if status == "completed" or (last and status == "running"):
            yield from self._pull_request(run, cards[0][1], at + timedelta(minutes=8), last=last)

    def _assignment(
        self, project: str, run: str, card: str, title: str, status: str, at: datetime
    ) -> Iterator[Row]:
        chance = self._chance
        assignment = self._uuid()
        state = {"blocked": "blocked", "running": chance.choice(("running", "blocked"))}.get(
            status, status
        )
        yield (
            "card_assignment",
            {
                "id": assignment,
                "run_id": run,
                "card_id": card,
                "agent_role": chance.choice(ROLES),
                "agent_profile": "default",
                "feature_branch": f"feature/{title.lower().replace(' ', '-')}",
                "worktree_path": f"/srv/worktrees/{run[:8]}",
                "allowed_paths": '["src", "tests"]',
                "forbidden_paths": None,
                "assignment_input_snapshot": json.dumps({"card": title}),
                "status": state,
                "created_at": _iso(at),
                "updated_at": _sql(at + timedelta(minutes=3)),
            },
        )
        if state == "queued":
            return
        where = {"assignment_id": assignment}
        yield self._event(project, run, "agent_run_started", at, where)
        attempts = chance.choice((1, 1, 2))
        for attempt in range(attempts):
            word = state if attempt == attempts - 1 else "failed"
            yield from self._execution(project, run, assignment, word, attempt, at)

    def _execution(
        self, project: str, run: str, assignment: str, state: str, attempt: int, at: datetime
    ) -> Iterator[Row]:
        execution = self._uuid()
        began = at + timedelta(seconds=70 * attempt)
        word = "completed" if state == "cancelled" else state
        error = {
            "failed": "npm test: 3 of 41 failed",
            "blocked": "no changes to commit after the agent ended",
        }.get(word)
        yield (
            "agent_execution",
            {
                "id": execution,
                "assignment_id": assignment,
                "status": word,
                "started_at": _iso(began),
                "ended_at": None if state == "running" else _iso(began + timedelta(seconds=55)),
                "summary": "the form posts and the session is kept"
                if word == "completed"
                else None,
                "error": error,
            },
        )
        where: dict[str, object] = {"assignment_id": assignment, "execution_id": execution}
        yield self._event(project, run, "execution_started", began, where)
        for number in range(self._chance.randint(0, 3)):
            made = began + timedelta(seconds=10 + 9 * number)
            sha = f"{self._chance.getrandbits(160):040x}"
            message = ("Add the form", "Keep the session", "Test the form", "Tidy up")[number]
            yield (
                "agent_commit",
                {
                    "id": self._uuid(),
                    "assignment_id": assignment,
                    "sha": sha,
                    "branch": "feature/login-form",
                    "message": message,
                    "committed_at": _iso(made),
                },
            )
            commit = {"commit": {"sha": sha, "message": message}}
            yield self._event(project, run, "commit_created", made, where | commit)
        if state == "running":
            return
        said = {"error": error} if error else {"summary": "the form posts and the session is kept"}
        ended = began + timedelta(seconds=55)
        yield self._event(project, run, f"execution_{word}", ended, where | said)

    def _checks(self, run: str, status: str, at: datetime) -> Iterator[Row]:
        for name in self._chance.sample(CHECKS, 4):
            fails = status == "failed" and self._chance.random() < 0.5
            yield (
                "run_check",
                {
                    "id": self._uuid(),
                    "run_id": run,
                    "check_type": name,
                    "status": "failed"
                    if fails
                    else self._chance.choice(("passed", "passed", "skipped")),
                    "output": "exit 1" if fails else None,
                    "executed_at": _iso(at),
                    "created_at": _sql(at),
                },
            )

    def _pull_request(self, run: str, title: str, at: datetime, *, last: bool) -> Iterator[Row]:
        yield (
            "pull_request_candidate",
            {
                "id": self._uuid(),
                "run_id": run,
                "base_branch": "main",
                "head_branch": "feature/login-form",
                "title": title,
                "description": f"{title}, as its card asks",
                "status": "not_created" if last else self._chance.choice(("open", "merged")),
                "pr_url": None
                if last
                else f"https://git.example/pull/{self._chance.randint(1, 999)}",
                "created_at": _iso(at),
                "updated_at": _sql(at),
            },
        )
        word = "pending" if last else self._chance.choice(("approved", "approved", "rejected"))
        over = word != "pending"
        yield (
            "approval_request",
            {
                "id": self._uuid(),
                "run_id": run,
                "approval_type": self._chance.choice(("create_pr", "merge_pr")),
                "status": word,
                "requested_by": "orchestrator",
                "requested_at": _iso(at),
                "resolved_by": "ana" if over else None,
                "resolved_at": _iso(at + timedelta(seconds=90)) if over else None,
                "notes": "reads well" if word == "approved" else None,
                "created_at": _sql(at),
                "updated_at": _sql(at),
            },
        )

    def _event(
        self, project: str, run: str, kind: str, at: datetime, payload: dict[str, object]
    ) -> Row:
        return "event_log", {
            "id": self._uuid(),
            "project_id": project,
            "run_id": run,
            "event_type": kind,
            "actor": "orchestrator",
            "payload": json.dumps(payload),
            "created_at": _iso(at),
        }

    def _uuid(self) -> str:
        digits = f"{self._chance.getrandbits(128):032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _iso(at: datetime) -> str:
    """`2026-03-30T12:00:00.000Z`: what JavaScript's toISOString makes."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _sql(at: datetime) -> str:
    """`2026-03-30 12:00:00`: what SQLite's datetime('now') makes."""
    return f"{at:%Y-%m-%d %H:%M:%S}"
