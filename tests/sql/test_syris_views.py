"""SYRIS files of both forms, through the relations."""

import sqlite3
from pathlib import Path

import pytest

from tests.builders import syris
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
