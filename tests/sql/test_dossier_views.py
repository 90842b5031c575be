"""Dossier's files say through the relations what plain SQL on its own tables says."""

# ruff: noqa: S608 - a table's name cannot be a parameter
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.builders import dossier
from tests.builders.steps import steps
from vedette import sql
from vedette.data import times
from vedette.data.rows import RELATIONS, coerce
from vedette.data.source import Source, open_source
from vedette.tui.main import cli

CANON = {
    "queued": "pending",
    "running": "running",
    "blocked": "waiting",
    "failed": "failed",
    "completed": "completed",
    "cancelled": "cancelled",
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dossier") / "any name.db"
    dossier.build_dossier(path, runs=60)
    return path


@pytest.fixture
def source(path: Path) -> Iterator[Source]:
    opened = open_source(str(path))
    yield opened
    opened.close()


def plain(path: Path, select: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(select).fetchall()


def printed(path: Path, command: str) -> list[dict[str, Any]]:
    limit = [] if command == "status" else ["--limit", "100000"]
    result = CliRunner().invoke(cli, [command, "--db", str(path), "--json", *limit])
    assert result.exit_code == 0, result.output
    rows: list[dict[str, Any]] = json.loads(result.stdout)["rows"]
    return rows


def counted(rows: list[dict[str, Any]], *columns: str) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for row in rows:
        key = tuple(row[column] for column in columns)
        found[key if len(key) > 1 else key[0]] = found.get(key if len(key) > 1 else key[0], 0) + 1
    return found


def test_runs_by_status_are_the_files(path: Path) -> None:
    told = counted(printed(path, "runs"), "source_status", "status")
    rows = plain(path, "SELECT status, count(*) FROM orchestration_run GROUP BY status")
    assert told == {(word, CANON[word]): count for word, count in rows}


def test_agents_are_the_assignments_with_their_executions_below(path: Path) -> None:
    agents = printed(path, "agents")
    for table, depth in (("card_assignment", 0), ("agent_execution", 1)):
        ours = [agent for agent in agents if agent["depth"] == depth]
        rows = plain(path, f"SELECT status, count(*) FROM {table} GROUP BY status")
        assert counted(ours, "source_status") == dict(rows)
    parents = dict(plain(path, "SELECT id, assignment_id FROM agent_execution"))
    assert {a["id"]: a["parent_id"] for a in agents if a["parent_id"]} == parents


def test_errors_are_those_of_the_executions(path: Path) -> None:
    told = {agent["id"]: agent["error"] for agent in printed(path, "agents") if agent["depth"]}
    assert told == dict(plain(path, "SELECT id, error FROM agent_execution"))
    errors = [event for event in printed(path, "events") if event["level"] == "error"]
    assert (
        len(errors)
        == plain(path, "SELECT count(*) FROM event_log WHERE event_type = 'execution_failed'")[0][0]
    )


def test_checks_by_kind_and_status_are_the_files(path: Path) -> None:
    rows = plain(path, "SELECT check_type, status, count(*) FROM run_check GROUP BY 1, 2")
    assert counted(printed(path, "checks"), "kind", "status") == {
        (kind, status): count for kind, status, count in rows
    }


def test_pending_gates_are_the_requests_and_the_blocked_of_open_runs(path: Path) -> None:
    pending = [gate for gate in printed(path, "approvals") if gate["status"] == "pending"]
    requests = plain(path, "SELECT id FROM approval_request WHERE status = 'pending'")
    blocked = plain(
        path,
        "SELECT card_assignment.id FROM card_assignment JOIN orchestration_run AS r"
        " ON r.id = run_id WHERE card_assignment.status = 'blocked'"
        " AND r.status IN ('queued', 'running', 'blocked')",
    )
    assert {gate["id"] for gate in pending} == {gate for (gate,) in requests + blocked}
    kinds = {gate["kind"] for gate in pending if (gate["id"],) in blocked}
    assert kinds == {"blocked_assignment"}
    status = printed(path, "status")[0]
    assert status["approvals_pending"] == len(requests) + len(blocked)


def test_answered_requests_say_who_and_when(path: Path) -> None:
    ours = {
        gate["id"]: (gate["status"], gate["decided_by"], gate["decided_at"], gate["reason"])
        for gate in printed(path, "approvals")
        if gate["kind"] != "blocked_assignment"
    }
    rows = plain(path, "SELECT id, status, resolved_by, resolved_at, notes FROM approval_request")
    assert ours == {gate: tuple(rest) for gate, *rest in rows}


def test_a_requests_payload_is_what_its_run_would_become(path: Path) -> None:
    gate = next(gate for gate in printed(path, "approvals") if gate["kind"] == "merge_pr")
    payload = json.loads(gate["payload"])
    run = gate["run_id"]
    assert payload["run"] == run
    title = plain(path, f"SELECT title FROM pull_request_candidate WHERE run_id = '{run}'")
    assert payload["pull_request"]["title"] == title[0][0]
    checks = plain(path, f"SELECT check_type, status FROM run_check WHERE run_id = '{run}'")
    assert [(each["check"], each["status"]) for each in payload["checks"]] == checks


def test_the_plan_is_a_tree_as_deep_as_the_file(path: Path) -> None:
    tasks = {task["id"]: task for task in printed(path, "tasks")}
    levels: dict[str, int] = {}
    for task in tasks.values():
        depth, above = 0, task["parent_id"]
        while above is not None:
            depth, above = depth + 1, tasks[above]["parent_id"]
        assert levels.setdefault(task["kind"], depth) == depth
    assert levels == {"project": 0, "workflow": 1, "activity": 2, "card": 3}
    cards = [task for task in tasks.values() if task["kind"] == "card"]
    rows = plain(path, "SELECT coalesce(build_state, status), count(*) FROM card GROUP BY 1")
    assert counted(cards, "source_status") == dict(rows)


def test_every_event_is_there_once_in_the_files_order(path: Path) -> None:
    ours = [(event["id"], event["run_id"]) for event in printed(path, "events")]
    rows = plain(path, "SELECT id, run_id FROM event_log ORDER BY rowid")
    assert sorted(ours) == sorted(rows)
    assert ours in (rows, rows[::-1])


def test_an_event_belongs_to_the_assignment_its_payload_names(source: Source, path: Path) -> None:
    rows = plain(
        path, "SELECT id, json_extract(payload, '$.assignment_id') FROM event_log ORDER BY rowid"
    )
    assert source.select("SELECT id, agent_id FROM event ORDER BY seq") == rows


def test_planning_actions_are_the_trail(path: Path) -> None:
    rows = plain(path, "SELECT id, validation_status FROM planning_action ORDER BY rowid")
    words = {"accepted": "success", "rejected": "failure"}
    told = {each["id"]: each["outcome"] for each in printed(path, "audit")}
    assert told == {action: words[word] for action, word in rows}


def test_every_time_is_read(source: Source) -> None:
    for relation in ("run", "agent", "event", "audit", "check", "task", "approval"):
        fields = [name for name in RELATIONS[relation]._fields if name.endswith("_at")]
        for row in source.select(f'SELECT {", ".join(fields)} FROM "{relation}"'):
            assert all(value is None or times.parse(value) is not None for value in row), relation


def test_what_is_not_recorded_is_unknown_and_not_zero(path: Path) -> None:
    run = printed(path, "runs")[0]
    assert (run["tokens_in"], run["cost_usd"], run["unpriced"]) == (None, None, None)
    assert printed(path, "status")[0]["cost_today_usd"] is None
    result = CliRunner().invoke(cli, ["prompts", "--db", str(path)])
    assert "Dossier records no model calls" in result.output


@pytest.mark.parametrize("version", [4, 5, 7, 8, 9, 11, 12])
def test_a_file_of_each_version_is_shown(tmp_path: Path, version: int) -> None:
    path = tmp_path / "old.db"
    dossier.build_dossier(path, runs=12, version=version)
    source = open_source(str(path))
    assert source.system.variant == f"{version:03d}"
    assert source.lacks == source.system.lacks
    assert len(source.select("SELECT id FROM run")) == 12
    kinds = {kind for (kind,) in source.select("SELECT kind FROM task")}
    assert ("step" in kinds) == (version < 5)
    steps = source.select("SELECT id FROM task WHERE kind = 'step'")
    below = source.select("SELECT DISTINCT parent_id FROM task WHERE kind = 'card'")
    assert (set(steps) == set(below)) == (version < 5)
    source.close()


def test_unknown_words_are_shown_as_written_and_never_over(path: Path, tmp_path: Path) -> None:
    strange = tmp_path / "strange.db"
    dossier.build_dossier(strange, runs=8)
    with closing(sqlite3.connect(strange)) as connection:
        dossier.break_rules(connection)
    source = open_source(str(strange))
    found = {
        relation: source.select(
            f"SELECT id, status, source_status FROM {relation} WHERE id LIKE 'strange%'"
        )
        for relation in ("run", "agent", "approval", "task")
    }
    assert found == {
        "run": [("strange-run", "running", "hibernating")],
        "agent": [
            ("strange-a", "running", "napping"),
            ("strange-e", "running", "dreaming"),
        ],
        "approval": [("strange-g", "pending", "maybe")],
        "task": [("strange-card", "pending", "melting")],
    }
    for relation, row_type in RELATIONS.items():
        coerce(row_type, source.select(f'SELECT * FROM "{relation}"'))
    source.close()


@pytest.mark.parametrize(
    ("table", "still"),
    [
        ("event_log", "run"),
        ("run_check", "approval"),
        ("pull_request_candidate", "approval"),
        ("agent_execution", "run"),
        ("card", "run"),
        ("project", "run"),
        ("planning_action", "event"),
    ],
)
def test_a_file_without_a_table_is_shown_as_far_as_it_goes(
    tmp_path: Path, table: str, still: str
) -> None:
    path = tmp_path / "half.db"
    dossier.build_dossier(path, runs=8)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"DROP TABLE {table}")
    source = open_source(str(path))
    assert any(table in note for note in source.system.notes)
    assert source.select(f"SELECT count(*) FROM {still}")[0][0] > 0
    for relation in RELATIONS:
        source.select(f'SELECT * FROM "{relation}"')
    source.close()


def test_reading_leaves_the_file_and_its_folder_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "dossier.db"
    dossier.build_dossier(path, runs=8)
    before = path.read_bytes()
    printed(path, "runs")
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["dossier.db"]


def test_a_writer_commits_while_the_file_is_open(tmp_path: Path) -> None:
    """A rollback journal: a read transaction that is held would stop the writer."""
    path = tmp_path / "dossier.db"
    dossier.build_dossier(path, runs=8)
    source = open_source(str(path))
    with source.reading():
        source.select("SELECT id FROM run")
    with closing(sqlite3.connect(path, timeout=0)) as writer:
        writer.execute("UPDATE orchestration_run SET status = 'cancelled'")
        writer.commit()
    assert set(source.select("SELECT status FROM run")) == {("cancelled",)}
    source.close()


# What is polled


POLLED = {
    "headline/pending_approvals": {},
    "headline/last_event": {},
    "headline/open_alarms": {},
    "headline/open_writers": {},
    "fleet/latest_runs": {},
    "fleet/runs_from": {"start": "newest run"},
    "fleet/agents": {"run_id": "run"},
    "fleet/usage": {"run_id": "run"},
    "fleet/last_events": {"agent_id": "agent"},
    "fleet/last_calls": {"agent_id": "agent", "run_id": "run"},
    "fleet/last_prompts": {"agent_id": "agent"},
    "fleet/writer_of_run": {"run_id": "run"},
    "fleet/pending_approvals": {},
    "fleet/pending_of_agent": {"agent_id": "agent"},
    "alarms/answered_gates": {},
    "alarms/not_resolved": {},
    "approvals/pending": {},
    "approvals/closed": {"before": "last"},
    "approvals/gate": {"id": "gate"},
    "approvals/consent": {"id": "gate"},
    "approvals/trail": {"id": "gate"},
    "approvals/events_of_agent": {"agent_id": "agent"},
    "events/after": {"after": "newest event"},
    "events/latest": {"before": "last"},
    "events/audit_after": {"after": "last"},
    "events/audit_latest": {"before": "last"},
    "events/agent_name": {"id": "agent"},
    "events/run_name": {"id": "run"},
    "events/ends": {},
    "run/run": {"run_id": "run"},
    "run/latest": {},
    "run/agents_after": {"run_id": "run", "after": 0},
    "run/agents_at": {"run_id": "run", "seq": 7},
    "run/gates_after": {"run_id": "run", "after": 0},
    "run/gates_before": {"run_id": "run", "before": "last"},
    "run/gates_count": {"run_id": "run"},
    "run/prompts_after": {"run_id": "run", "after": 0},
    "stream/last_run": {},
    "stream/last_agent": {"run_id": "run"},
    "stream/agent": {"id": "agent"},
    "stream/run": {"id": "run"},
    "stream/events_of_agent": {"id": "agent", "after": 0, "before": "last"},
    "stream/events_of_run": {"id": "run", "after": 0, "before": "last"},
    "stream/gates_of_agent": {"id": "agent", "after": 0, "before": "last"},
    "stream/gates_of_run": {"id": "run", "after": 0, "before": "last"},
    "costs/latest_runs": {},
    "sources/newest_event": {},
    "operations/checks": {},
    "operations/tasks": {},
    "operations/tasks_any": {},
    "operations/tasks_open": {"since": "last"},
    "operations/tasks_within": {"parent_id": "plan"},
    "operations/agent_status": {"id": "agent"},
    "operations/run_status": {"id": "run"},
}
"""Every statement that a screen's tick sends to a Dossier file, and with what."""


@pytest.fixture(scope="module")
def small_and_large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Source, Source]]:
    folder = tmp_path_factory.mktemp("sizes")
    pair = []
    for events in (18_000, 45_000):
        dossier.big(folder / f"{events}.db", events)
        pair.append(open_source(str(folder / f"{events}.db")))
    yield pair[0], pair[1]
    for source in pair:
        source.close()


def known(source: Source) -> dict[str, object]:
    """A run with a gate, its agent, its gate, and the ends of the sequences."""
    gate, run = source.select(
        "SELECT id, run_id FROM approval WHERE kind <> 'blocked_assignment' ORDER BY seq DESC"
    )[9]
    agents = source.select("SELECT id FROM agent WHERE run_id = :run", run=run)
    return {
        "gate": gate,
        "run": run,
        "agent": agents[0][0],
        "newest run": source.select("SELECT max(seq) FROM run")[0][0],
        "newest event": source.select("SELECT max(seq) FROM event")[0][0],
        "plan": source.select("SELECT id FROM task WHERE kind = 'activity' ORDER BY seq")[0][0],
        "last": 2**62,
    }


@pytest.mark.parametrize("name", POLLED)
def test_what_is_polled_costs_a_large_file_no_more(
    small_and_large: tuple[Source, Source], name: str
) -> None:

    cost = []
    for source in small_and_large:
        values = known(source)
        given = {key: values.get(str(value), value) for key, value in POLLED[name].items()}
        parameters = {"limit": 200, **given}
        cost.append(steps(source.connection, sql.load(f"queries/{name}"), parameters))
    assert cost[1] <= cost[0] * 1.5 + 400


@pytest.mark.parametrize("name", POLLED)
def test_no_plan_of_what_is_polled_scans_a_table(
    small_and_large: tuple[Source, Source], name: str
) -> None:

    source = small_and_large[1]
    # Guarded against writes; asking for a plan is reading.
    source.connection.set_authorizer(None)
    given = {"limit": 200, **dict.fromkeys(POLLED[name], 1)}
    plan = source.connection.execute(
        f"EXPLAIN QUERY PLAN {sql.load(f'queries/{name}')}", given
    ).fetchall()
    scans = {step[3].split()[1] for step in plan if step[3].startswith("SCAN main.")}
    assert scans <= IN_ORDER.get(name, set()) | {"main.project"}


PLAN = {"main.workflow", "main.workflow_activity", "main.card"}
"""A plan is written by people: only its cards are many, and they are read in append order."""

IN_ORDER = {
    # The newest rows in append order, as many as the limit says: the cost test holds the rest.
    "headline/last_event": {"main.event_log"},
    "events/ends": {"main.event_log"},
    "sources/newest_event": {"main.event_log"},
    "fleet/latest_runs": {"main.orchestration_run"},
    "costs/latest_runs": {"main.orchestration_run"},
    "run/latest": {"main.orchestration_run"},
    "stream/last_run": {"main.orchestration_run"},
    "operations/checks": {"main.run_check"},
    "operations/tasks": PLAN,
    "operations/tasks_any": PLAN,
    "operations/tasks_open": PLAN,
    # Its condition is NULL = :id, which is looked at once, before any row.
    "approvals/trail": {"main.planning_action"},
}
