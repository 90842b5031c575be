"""An Amelia file of any form says in the relations what plain SQL on its tables says."""

# ruff: noqa: S608 - a table's name cannot be a parameter
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.builders import amelia
from tests.builders.steps import steps
from vedette import sql
from vedette.data import times
from vedette.data.approvals import read_approvals, read_review
from vedette.data.rows import RELATIONS, coerce
from vedette.data.source import Source, open_source
from vedette.tui.main import main

NOW = amelia.BEGAN.timestamp() + 86_400


def rows(source: Source, select: str, **parameters: object) -> list[tuple[Any, ...]]:
    return source.select(select, **parameters)


def log(form: str) -> str:
    """Every row of a form's logs, as its documents would have it."""
    columns = "id, workflow_id, event_type, message"
    tables = {"upgraded": ["events", "workflow_log"], "workflow_log": ["workflow_log"]}
    parts = [f"SELECT {columns} FROM main.{table}" for table in tables.get(form, ["events"])]
    return " UNION ".join(parts)


@pytest.fixture(scope="module", params=amelia.FORMS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def source(form: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    path = tmp_path_factory.mktemp("amelia") / f"{form}.db"
    amelia.build_amelia(path, form)
    opened = open_source(str(path))
    yield opened
    opened.close()


def test_each_form_is_recognised(source: Source, form: str) -> None:
    assert (source.system.name, source.system.variant) == ("amelia", form)
    assert source.lacks == source.system.lacks


def test_every_relation_has_rows_or_a_reason(source: Source) -> None:
    for relation, row_type in RELATIONS.items():
        found = rows(source, f'SELECT * FROM "{relation}"')
        coerce(row_type, found)
        assert bool(found) != (relation in source.lacks), relation


def test_runs_are_the_workflows_by_status(source: Source) -> None:
    assert rows(source, "SELECT source_status, count(*) FROM run GROUP BY 1 ORDER BY 1") == rows(
        source, "SELECT status, count(*) FROM main.workflows GROUP BY 1 ORDER BY 1"
    )


def test_a_status_nobody_knows_is_never_over(source: Source) -> None:
    assert rows(source, "SELECT status FROM run WHERE source_status = 'under_review'") == [
        ("running",)
    ]


def test_tokens_and_costs_are_those_of_invocations_and_brainstorming(source: Source) -> None:
    told = rows(
        source,
        "SELECT sum(input_tokens), sum(output_tokens), round(sum(cost_usd), 6) FROM ("
        "SELECT input_tokens, output_tokens, cost_usd FROM main.token_usage UNION ALL "
        "SELECT input_tokens, output_tokens, cost_usd FROM main.brainstorm_messages)",
    )
    for relation in ("prompt", "cost"):
        sums = "sum(tokens_in), sum(tokens_out), round(sum(cost_usd), 6)"
        assert rows(source, f"SELECT {sums} FROM {relation}") == told
    assert rows(source, "SELECT sum(calls), round(sum(cost_usd), 6) FROM usage") == rows(
        source, "SELECT count(*), round(sum(cost_usd), 6) FROM main.token_usage"
    )


def test_the_log_is_whole_and_nothing_is_there_twice(source: Source, form: str) -> None:
    told = rows(source, f"SELECT id FROM ({log(form)}) ORDER BY id")
    assert rows(source, "SELECT id FROM event ORDER BY id") == told
    seqs = [seq for (seq,) in rows(source, "SELECT seq FROM event ORDER BY seq")]
    assert len(seqs) == len(set(seqs))
    in_order = rows(source, "SELECT created_at FROM event ORDER BY seq")
    assert in_order == sorted(in_order, key=lambda row: times.parse(row[0]) or 0)


def test_failures_are_errors_whatever_their_level(source: Source, form: str) -> None:
    kinds = "('workflow_failed', 'task_failed', 'system_error')"
    assert rows(source, "SELECT count(*) FROM event WHERE level = 'error'") == rows(
        source, f"SELECT count(*) FROM ({log(form)}) WHERE event_type IN {kinds}"
    )


def test_a_row_that_both_logs_hold_is_shown_once(tmp_path: Path) -> None:
    path = tmp_path / "both.db"
    amelia.build_amelia(path, "upgraded")
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(
            "INSERT INTO workflow_log (id, workflow_id, sequence, event_type, level, message)"
            " SELECT id, workflow_id, sequence, event_type, 'info', message FROM events"
        )
    connection.close()
    source = open_source(str(path))
    told = rows(source, f"SELECT count(*) FROM ({log('upgraded')})")
    assert rows(source, "SELECT count(*) FROM event") == told
    for relation in ("event", "agent", "approval", "audit", "task"):
        count = f"SELECT count(*), count(DISTINCT id) FROM {relation}"
        every, distinct = rows(source, count)[0]
        assert every == distinct
    source.close()


def test_agents_are_the_names_of_the_log_and_of_the_tokens(source: Source, form: str) -> None:
    tables = {"upgraded": ["events", "workflow_log"], "workflow_log": ["workflow_log"]}
    named = " UNION ".join(
        f"SELECT workflow_id, agent FROM main.{table}"
        for table in [*tables.get(form, ["events"]), "token_usage"]
    )
    told = rows(source, f"SELECT workflow_id, agent FROM ({named}) ORDER BY 1, 2")
    assert rows(source, "SELECT run_id, name FROM agent ORDER BY 1, 2") == told


def test_an_agent_is_found_by_its_id_and_so_is_what_it_did(source: Source) -> None:
    agent = "SELECT id FROM agent WHERE run_id = 'wf-0' AND name = 'architect'"
    agent_id = rows(source, agent)[0][0]
    assert rows(source, "SELECT name FROM agent WHERE id = :id", id=agent_id) == [("architect",)]
    assert rows(source, "SELECT count(*) FROM prompt WHERE agent_id = :id", id=agent_id) == [(1,)]
    events = "SELECT count(*) FROM event WHERE agent_id = :id"
    assert rows(source, events, id=agent_id)[0][0] > 3


def test_nothing_has_an_id_that_no_agent_can_have(source: Source) -> None:
    assert source.raw("stream/agent", id="developer") == []
    assert source.raw("costs/agent", agent_id="{") == []


def test_a_blocked_workflow_is_one_gate_with_its_plan(source: Source) -> None:
    facts = read_approvals(source, NOW)
    assert [row.id for row in facts.rows] == ["wf-9"]
    review = read_review(source, "wf-9", NOW)
    assert review is not None
    assert review.gate.payload == amelia.PLAN
    assert (review.needed, review.gate.status) == (1, "pending")


def test_a_rejected_plan_is_told_from_a_failure(source: Source) -> None:
    assert rows(source, "SELECT id, reason FROM approval WHERE status = 'rejected'") == [
        ("wf-5", "too wide")
    ]
    assert rows(source, "SELECT id, error FROM run WHERE status = 'failed' ORDER BY seq") == [
        ("wf-2", "tests failed"),
        ("wf-5", "plan rejected: too wide"),
    ]


def test_granted_gates_are_history(source: Source, form: str) -> None:
    assert rows(source, "SELECT count(*) FROM approval WHERE status = 'approved'") == rows(
        source, f"SELECT count(*) FROM ({log(form)}) WHERE event_type = 'approval_granted'"
    )


def test_a_task_ends_as_its_log_says(source: Source) -> None:
    ended = "SELECT run_id, title, status FROM task WHERE run_id IN ('wf-0', 'wf-2') ORDER BY 1"
    assert rows(source, ended) == [
        ("wf-0", "Rotate the keys", "completed"),
        ("wf-2", "Rotate the keys", "failed"),
    ]


def test_what_is_no_json_is_shown_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "odd.db"
    amelia.build_amelia(path)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE workflows SET plan_cache = 'only words', issue_cache = 'a, b'")
        connection.execute("UPDATE events SET data_json = 'a,b'")
    connection.close()
    source = open_source(str(path))
    assert rows(source, "SELECT payload FROM approval WHERE status = 'pending'") == [
        ("only words",)
    ]
    assert rows(source, "SELECT title FROM run WHERE id = 'wf-0'") == [("AUTH-0",)]
    assert rows(source, "SELECT DISTINCT details FROM event") == [("a,b",)]
    assert rows(source, "SELECT title FROM task WHERE run_id = 'wf-0'") == [("Task 1 of 1",)]
    source.close()


def test_strange_names_lose_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "strange.db"
    connection = amelia.create(path)
    for place, (workflow, agent) in enumerate([('w"{', 'a"\\b'), ("é\n", ""), ("'", "архитектор")]):
        connection.execute(
            "INSERT INTO events (id, workflow_id, sequence, agent, event_type, message)"
            " VALUES (?, ?, 1, ?, 'agent_message', 'hello')",
            (str(place), workflow, agent),
        )
    connection.commit()
    connection.close()
    source = open_source(str(path))
    for agent_id, name in rows(source, "SELECT id, name FROM agent"):
        by_id = rows(source, "SELECT name FROM agent WHERE id = :id", id=agent_id)
        assert by_id == [(name,)]
    assert rows(source, "SELECT count(*) FROM event") == [(3,)]
    source.close()


def test_a_file_half_way_between_versions_opens_and_says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "half.db"
    amelia.build_amelia(path)
    connection = sqlite3.connect(path)
    for column in ("issue_cache", "plan_cache", "profile_id"):
        connection.execute(f"ALTER TABLE workflows DROP COLUMN {column}")
    for column in ("parent_id", "tool_name", "tool_input_json", "is_error", "correlation_id"):
        connection.execute(f"ALTER TABLE events DROP COLUMN {column}")
    connection.execute("ALTER TABLE token_usage DROP COLUMN duration_ms")
    connection.execute("DROP TABLE brainstorm_messages")
    connection.close()
    source = open_source(str(path))
    notes = " ".join(source.system.notes)
    assert "brainstorm_messages" in notes
    assert "workflows.issue_cache" in notes
    assert set(source.lacks) - set(source.system.lacks) <= {"tool_call"}
    assert rows(source, "SELECT count(*) FROM run") == [(12,)]
    assert rows(source, "SELECT count(*) FROM prompt") == rows(
        source, "SELECT count(*) FROM main.token_usage"
    )
    assert rows(source, "SELECT payload FROM approval WHERE status = 'pending'") == [("",)]
    source.close()


POLLED = (
    "approvals/closed",
    "approvals/consent",
    "approvals/gate",
    "approvals/pending",
    "approvals/trail",
    "costs/agent",
    "costs/agents_after",
    "costs/prompts_after",
    "costs/prompts_before",
    "costs/prompts_of_agent",
    "events/after",
    "events/audit_after",
    "events/audit_latest",
    "events/latest",
    "fleet/agents",
    "fleet/last_calls",
    "fleet/last_events",
    "fleet/last_prompts",
    "fleet/latest_runs",
    "fleet/pending_approvals",
    "fleet/pending_of_agent",
    "fleet/runs_from",
    "fleet/usage",
    "headline/last_event",
    "headline/pending_approvals",
    "run/agents_after",
    "run/agents_at",
    "run/gates_after",
    "run/gates_at",
    "run/gates_before",
    "run/prompts_after",
    "run/prompts_before",
    "run/run",
    "run/tools_after",
    "run/tools_before",
    "stream/agent",
    "stream/events_of_agent",
    "stream/events_of_run",
    "stream/prompts_of_agent",
    "stream/prompts_of_run",
    "stream/tool_calls_of_run",
    "stream/usage",
)
"""What screens ask for at each tick, or when they open."""


OF_AGENT = (
    "stream/agent",
    "stream/events_of_agent",
    "stream/prompts_of_agent",
    "stream/usage",
)

Sized = tuple[Source, dict[str, Any]]


@pytest.fixture(scope="module", params=("events", "workflow_log"))
def sizes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Sized, Sized]]:
    """Two files, the larger twice the smaller, each with what is asked of it."""
    folder = tmp_path_factory.mktemp("sizes")
    pair = []
    for size in (40_000, 80_000):
        path = folder / f"{size}.db"
        amelia.big(path, size, request.param)
        brainstorm(path)
        source = open_source(str(path))
        pair.append((source, asked(source)))
    yield pair[0], pair[1]
    for source, _ in pair:
        source.close()


def brainstorm(path: Path) -> None:
    """More messages than are looked at: within that window a larger file may well cost more."""
    with sqlite3.connect(path) as connection:
        connection.executemany(
            "INSERT INTO brainstorm_messages (id, session_id, sequence, role, content, created_at)"
            " VALUES (?, 'bs-0', ?, 'assistant', 'word', '2026-01-31T08:00:00')",
            ((f"more-{number}", number) for number in range(100, 10_200)),
        )
    connection.close()


def asked(source: Source) -> dict[str, Any]:
    newest = rows(source, "SELECT seq FROM event ORDER BY seq DESC LIMIT 1")[0][0]
    return {
        "run_id": "wf-6",
        "gate": rows(source, "SELECT id FROM approval WHERE status = 'pending'")[0][0],
        "agent_id": '{"wf-6":"developer"}',
        "limit": 50,
        "after": newest - 3,
        "last_agent": rows(source, "SELECT max(seq) FROM agent")[0][0],
        "before": 2**63 - 1,
        "seq": newest,
        "start": rows(source, "SELECT seq FROM run ORDER BY seq DESC LIMIT 1")[0][0] - 4,
    }


@pytest.mark.parametrize("name", POLLED)
def test_what_is_polled_costs_a_small_file_as_much_as_a_large_one(
    sizes: tuple[Sized, Sized], name: str
) -> None:
    cost = []
    for source, values in sizes:
        of = "agent_id" if name in OF_AGENT else "gate" if "gate" in name else "run_id"
        own = {"id": values[of]}
        if name == "costs/agents_after":
            own["after"] = values["last_agent"]
        cost.append(steps(source.connection, sql.load(f"queries/{name}"), values | own))
    # A search that costs nothing to speak of may cost a little more.
    assert cost[1] <= cost[0] * 1.3 + 1_000, cost


@pytest.mark.parametrize("shape", amelia.FORMS)
def test_the_commands_print_what_plain_sql_finds(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    shape: str,
) -> None:
    path = tmp_path / "amelia.db"
    amelia.build_amelia(path, shape)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def printed(*arguments: str) -> list[dict[str, Any]]:
        monkeypatch.setattr("sys.argv", ["vedette", *arguments, "--db", str(path), "--json"])
        assert main() == 0
        document: dict[str, list[dict[str, Any]]] = json.loads(capsys.readouterr().out)
        return document["rows"]

    with closing(sqlite3.connect(path)) as connection:
        statuses = dict(
            connection.execute("SELECT status, count(*) FROM workflows GROUP BY 1").fetchall()
        )
        spent = (
            "SELECT sum(cost_usd), sum(input_tokens), sum(output_tokens) FROM ("
            "SELECT cost_usd, input_tokens, output_tokens FROM token_usage UNION ALL "
            "SELECT cost_usd, input_tokens, output_tokens FROM brainstorm_messages)"
        )
        cost, tokens_in, tokens_out = connection.execute(spent).fetchone()
        failures = connection.execute(
            f"SELECT count(*) FROM ({log(shape)})"
            " WHERE event_type IN ('workflow_failed', 'task_failed', 'system_error')"
        ).fetchone()[0]
    assert Counter(row["source_status"] for row in printed("runs")) == statuses
    costs = printed("costs", "--by", "model")
    assert sum(row["cost_usd"] for row in costs) == pytest.approx(cost)
    assert sum(row["tokens_in"] for row in costs) == tokens_in
    assert sum(row["tokens_out"] for row in costs) == tokens_out
    assert printed("status")[0]["approvals_pending"] == statuses["blocked"]
    errors = [row for row in printed("events", "--limit", "1000") if row["level"] == "error"]
    assert len(errors) == failures
