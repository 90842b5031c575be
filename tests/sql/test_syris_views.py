"""SYRIS files of both forms, through the relations."""

import sqlite3
from pathlib import Path

import pytest

from tests.builders import syris
from tests.builders.steps import steps
from vedette.data.rows import RELATIONS, coerce
from vedette.data.source import Source, open_source


@pytest.fixture(params=syris.FORMS)
def form(request: pytest.FixtureRequest) -> syris.Form:
    return request.param


def add(connection: sqlite3.Connection, table: str, **values: object) -> None:
    marks = ", ".join("?" * len(values))
    connection.execute(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})",  # noqa: S608
        tuple(values.values()),
    )


def add_gate(connection: sqlite3.Connection, gate: str, **values: object) -> None:
    row: dict[str, object] = {
        "approval_id": gate,
        "created_at": "2026-03-14T09:00:00+00:00",
        "expires_at": "2026-03-14T10:00:00+00:00",
        "status": "pending",
        "trace_id": "t",
        "risk_level": "high",
        "autonomy_level": "A2",
        "what": '{"tool_name": "mail.send", "arguments": {"to": "ana"}}',
        "why": "it leaves the house",
        "how_to_approve": f"POST /approvals/{gate}/approve",
    }
    add(connection, "approvals", **row | values)


def opened(connection: sqlite3.Connection) -> Source:
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    connection.commit()
    connection.close()
    return open_source(path)


def test_a_gate_of_any_word_keeps_it_and_none_is_taken_for_answered(
    tmp_path: Path, form: syris.Form
) -> None:
    connection = syris.create(tmp_path / "s.db", form)
    words = ["pending", "approved", "denied", "expired", "escalated", "zebra", "cancelled", "aa"]
    for word in words:
        add_gate(connection, f"g-{word}", status=word)
    source = opened(connection)
    rows = source.select("SELECT source_status, status FROM approval ORDER BY seq")
    consents = source.select("SELECT approval_id, needed, signed FROM consent")
    source.close()
    assert rows == [
        ("pending", "pending"),
        ("approved", "approved"),
        ("denied", "rejected"),
        ("expired", "expired"),
        ("escalated", "pending"),
        ("zebra", "pending"),
        ("cancelled", "withdrawn"),
        ("aa", "pending"),
    ]
    assert sorted(consents) == sorted((f"g-{word}", 1, int(word == "approved")) for word in words)


@pytest.mark.parametrize(
    ("what", "title"),
    [
        ('{"tool_name": "mail.send", "action": "send"}', "mail.send"),
        ('{"summary": "send a mail", "tool_name": "mail.send"}', "send a mail"),
        ("{}", "it leaves the house"),
        ("a word, another", "it leaves the house"),
    ],
)
def test_a_gates_payload_is_what_is_stored(
    tmp_path: Path, form: syris.Form, what: str, title: str
) -> None:
    connection = syris.create(tmp_path / "s.db", form)
    add_gate(connection, "g", what=what, ref_step_id="step", ref_task_id="task")
    source = opened(connection)
    rows = source.select("SELECT title, payload, risk, why, run_id, agent_id FROM approval")
    source.close()
    assert rows == [(title, what, "high", "it leaves the house", "t", "step")]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[syris.Form, Path]:
    folder = tmp_path_factory.mktemp("syris")
    paths: dict[syris.Form, Path] = {}
    for each in syris.FORMS:
        paths[each] = folder / f"{each}.db"
        syris.build_syris(paths[each], each, 300)
    return paths


SAME = {
    # what Vedette says, what plain SQL written from the documents says
    "runs": (
        "SELECT count(*) FROM run",
        {
            "design": "SELECT count(DISTINCT trace_id) FROM main.events",
            "coded": "SELECT count(DISTINCT trace_id) FROM main.message_events",
        },
    ),
    "tasks by status": (
        "SELECT source_status, count(*) FROM task WHERE kind = 'task' GROUP BY 1 ORDER BY 1",
        dict.fromkeys(syris.FORMS, "SELECT status, count(*) FROM main.tasks GROUP BY 1 ORDER BY 1"),
    ),
    "steps by status": (
        "SELECT source_status, count(*) FROM task WHERE kind = 'step' GROUP BY 1 ORDER BY 1",
        {
            "design": "SELECT status, count(*) FROM main.steps GROUP BY 1 ORDER BY 1",
            "coded": "SELECT status, count(*) FROM main.task_steps GROUP BY 1 ORDER BY 1",
        },
    ),
    "gates by status": (
        "SELECT source_status, count(*) FROM approval GROUP BY 1 ORDER BY 1",
        dict.fromkeys(
            syris.FORMS, "SELECT status, count(*) FROM main.approvals GROUP BY 1 ORDER BY 1"
        ),
    ),
    "pending gates": (
        "SELECT id FROM approval WHERE status = 'pending' ORDER BY seq",
        dict.fromkeys(
            syris.FORMS,
            "SELECT approval_id FROM main.approvals WHERE status = 'pending' ORDER BY rowid",
        ),
    ),
    "errors": (
        "SELECT id FROM event WHERE level = 'error' ORDER BY seq",
        dict.fromkeys(
            syris.FORMS,
            "SELECT audit_id FROM main.audit_events WHERE outcome = 'failure' ORDER BY rowid",
        ),
    ),
    "audit": (
        "SELECT id, stage, type, outcome FROM audit ORDER BY seq",
        dict.fromkeys(
            syris.FORMS,
            "SELECT audit_id, stage, type, outcome FROM main.audit_events ORDER BY rowid",
        ),
    ),
    "tool calls": (
        "SELECT name, count(*) FROM tool_call GROUP BY 1 ORDER BY 1",
        {
            "design": "SELECT tool_name, count(*) FROM main.tool_calls GROUP BY 1 ORDER BY 1",
            "coded": "SELECT tool_name, count(*) FROM main.audit_events"
            " WHERE type = 'tool_call.attempted' GROUP BY 1 ORDER BY 1",
        },
    ),
}


@pytest.mark.parametrize("what", SAME)
def test_what_is_shown_is_what_the_tables_say(
    built: dict[syris.Form, Path], form: syris.Form, what: str
) -> None:
    ours, plain = SAME[what]
    source = open_source(str(built[form]))
    shown, stored = source.select(ours), source.select(plain[form])
    source.close()
    assert shown == stored
    assert shown


def test_every_relation_has_rows_or_a_reason(
    built: dict[syris.Form, Path], form: syris.Form
) -> None:
    source = open_source(str(built[form]))
    for relation, row_type in RELATIONS.items():
        rows = source.select(f'SELECT * FROM "{relation}"')  # noqa: S608
        assert bool(rows) != (relation in source.lacks), relation
        coerce(row_type, rows)
    source.close()


@pytest.mark.parametrize(
    ("form", "depth"), [("design", "trace event task step"), ("coded", "trace task step")]
)
def test_steps_stand_under_their_tasks_and_those_under_what_brought_them(
    built: dict[syris.Form, Path], form: syris.Form, depth: str
) -> None:
    source = open_source(str(built[form]))
    chains = source.select(
        "WITH RECURSIVE tree (id, chain) AS ("
        " SELECT id, kind FROM agent WHERE parent_id IS NULL"
        " UNION ALL SELECT agent.id, tree.chain || ' ' || agent.kind"
        " FROM tree JOIN agent ON agent.parent_id = tree.id)"
        " SELECT chain, id FROM tree"
    )
    every = source.select("SELECT count(*) FROM agent")
    source.close()
    assert len(chains) == every[0][0]
    assert max((chain for chain, _ in chains), key=len) == depth


def test_a_task_of_an_unknown_word_is_never_done(tmp_path: Path) -> None:
    connection = syris.create(tmp_path / "s.db")
    for word in ("archived", "succeeded", "zombie", "completed"):
        add(
            connection,
            "tasks",
            task_id=word,
            created_at="2026-03-14 09:00:00",
            updated_at="2026-03-14T09:00:00Z",
            status=word,
            trigger_event_id="e",
            trace_id=word,
            autonomy_level_at_start="A1",
        )
    source = opened(connection)
    rows = source.select("SELECT source_status, status FROM task ORDER BY seq")
    source.close()
    assert rows == [
        ("archived", "running"),
        ("succeeded", "completed"),
        ("zombie", "running"),
        ("completed", "completed"),
    ]


def test_columns_have_synonyms_and_a_file_without_tables_opens_and_says_so(tmp_path: Path) -> None:
    connection = syris.create(tmp_path / "s.db")
    connection.executescript(
        "DROP TABLE tool_results; DROP TABLE alarms;"
        "CREATE TABLE alarms (alarm_id TEXT PRIMARY KEY, alarm_type TEXT, severity TEXT,"
        " status TEXT, dedupe_key TEXT, title TEXT, created_at TEXT, acknowledged_by TEXT);"
        "INSERT INTO alarms VALUES ('a', 'disk', 'error', 'acked', 'k', 'disk full', 'then',"
        " 'ana');"
        "ALTER TABLE events RENAME COLUMN text TO content_text;"
        "INSERT INTO events (event_id, occurred_at, ingested_at, channel, connector_id, actor_type,"
        " actor_id, content_text, trace_id)"
        " VALUES ('e', 'x', 'x', 'chat', 'c', 'user', 'u', 'lights off', 't');"
        "INSERT INTO tool_calls (tool_call_id, created_at, trace_id, connector_id, tool_name,"
        " action, request_hash, idempotency_key, status, risk_level, autonomy_level)"
        " VALUES ('c', 'x', 't', 'ha', 'ha.call', 'off', 'h', 'c', 'succeeded', 'low', 'A1')"
    )
    source = opened(connection)
    alarm = source.select("SELECT kind, title, status, opened_at, acked_by FROM alarm")
    run = source.select("SELECT title, kind FROM run")
    call = source.select("SELECT name, status, agent_id FROM tool_call")
    notes = source.system.notes
    source.close()
    assert alarm == [("disk", "disk full", "acked", "then", "ana")]
    assert run == [("lights off", "chat")]
    assert call == [("ha.call", "completed", "t")]
    assert "this file has no table tool_results: what it would hold is not shown" in notes


POLLED = {
    "latest runs": "SELECT id, status, seq FROM run ORDER BY seq DESC LIMIT 20",
    "one run": "SELECT * FROM run WHERE id = :run",
    "a run's agents": "SELECT * FROM agent WHERE run_id = :run ORDER BY seq LIMIT 50",
    "an agent's name": "SELECT name FROM agent WHERE id = :step",
    "a step's calls": "SELECT * FROM tool_call WHERE agent_id = :step AND run_id = :run"
    " ORDER BY seq DESC LIMIT 9",
    "a run's calls": "SELECT * FROM tool_call WHERE run_id = :run ORDER BY seq LIMIT 50",
    "the log": "SELECT * FROM event ORDER BY seq DESC LIMIT 50",
    "nothing new": "SELECT * FROM event WHERE seq > 1000000 ORDER BY seq LIMIT 50",
    "a root's events": "SELECT * FROM event WHERE agent_id = :run ORDER BY seq DESC LIMIT 12",
    "the trail": "SELECT * FROM audit ORDER BY seq DESC LIMIT 50",
    "one gate": "SELECT * FROM approval WHERE id = 'x'",
    "tasks to come": "SELECT seq, id FROM task WHERE status = 'pending' ORDER BY seq",
}


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> dict[syris.Form, list[Path]]:
    folder = tmp_path_factory.mktemp("sizes")
    paths: dict[syris.Form, list[Path]] = {}
    for each in syris.FORMS:
        paths[each] = [folder / f"{each}{events}.db" for events in (1_000, 20_000)]
        for path, events in zip(paths[each], (1_000, 20_000), strict=True):
            syris.big(path, events, each)
    return paths


@pytest.mark.parametrize("statement", POLLED.values(), ids=POLLED)
def test_what_is_polled_costs_a_small_file_as_much_as_a_large_one(
    sizes: dict[syris.Form, list[Path]], form: syris.Form, statement: str
) -> None:
    cost = []
    for path in sizes[form]:
        source = open_source(str(path))
        step, run = source.select(
            "SELECT tool_call.agent_id, tool_call.run_id FROM tool_call"
            " WHERE (SELECT agent.kind FROM agent WHERE agent.id = tool_call.agent_id) = 'step'"
            " ORDER BY tool_call.seq DESC LIMIT 1"
        )[0]
        cost.append(steps(source.connection, statement, {"run": run, "step": step}))
        source.close()
    assert cost[1] <= cost[0] * 2 + 200
