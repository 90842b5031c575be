"""Answers from the command line: bound to the payload's hash, and written once."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.builders import asked
from tests.builders.fake_api import serving
from tests.tui.commands.conftest import Run

Sql = Callable[..., list[tuple[Any, ...]]]

GATE = "g-5512"


@pytest.fixture
def sha(fleet: Path, sql: Sql) -> str:
    """The hash of the gate's payload, as its reader knows it."""
    ((payload_sha256,),) = sql(fleet, f"SELECT payload_sha256 FROM approvals WHERE id = '{GATE}'")  # noqa: S608
    return str(payload_sha256)


def _gate(sql: Sql, path: Path) -> tuple[Any, ...]:
    columns = "status, decided_by, reason"
    return sql(path, f"SELECT {columns} FROM approvals WHERE id = '{GATE}'")[0]  # noqa: S608


def test_a_gate_is_approved_with_eight_digits_of_its_hash(
    run: Run, fleet: Path, sql: Sql, sha: str
) -> None:
    result = run("approve", GATE, "--sha", sha[:8], "--note", "read it", "--db", fleet)
    assert result == (0, f"approved {GATE} as ana\n", "")
    assert _gate(sql, fleet) == ("approved", "ana", "read it")
    ((actor, outcome),) = sql(fleet, "SELECT actor, outcome FROM audit ORDER BY seq DESC LIMIT 1")
    assert (actor, outcome) == ("ana", "success")


def test_the_decision_can_be_had_as_a_document(run: Run, fleet: Path, sha: str) -> None:
    result = run("approve", GATE, "--sha", sha, "--as", "bea", "--db", fleet, "--json")
    assert result.rows == [
        {
            "id": GATE,
            "status": "decided",
            "outcome": "approved",
            "decided_by": "bea",
            "needed": 1,
            "signed": 1,
        }
    ]


def test_a_second_answer_is_refused_and_told_who_was_first(
    run: Run, fleet: Path, sql: Sql, sha: str
) -> None:
    run("reject", GATE, "--reason", "not today", "--db", fleet, "--as", "bea")
    result = run("approve", GATE, "--sha", sha, "--db", fleet)
    assert (result.code, result.out) == (1, "")
    assert "already rejected by bea" in result.err
    assert _gate(sql, fleet) == ("rejected", "bea", "not today")


def test_another_payload_than_was_read_is_refused(run: Run, fleet: Path, sql: Sql) -> None:
    result = run("approve", GATE, "--sha", "0123456789abcdef", "--db", fleet)
    assert result.code == 1
    assert "changed since you read it" in result.err
    assert _gate(sql, fleet)[0] == "pending"


@pytest.mark.parametrize(
    "arguments",
    [
        ["approve", GATE],
        ["approve", GATE, "--sha", "1234567"],
        ["approve", GATE, "--sha", "no hex digits"],
        ["reject", GATE, "--reason", "no", "--sha", "1234567"],
        ["reject", GATE],
        ["reject", GATE, "--reason", "  "],
        ["ack", "m-none"],
        ["resolve", "m-108"],
        ["resolve", "m-108", "--note", ""],
    ],
)
def test_wrong_use_writes_nothing(run: Run, fleet: Path, sql: Sql, arguments: list[str]) -> None:
    before = sql(fleet, "SELECT count(*) FROM audit")
    result = run(*arguments, "--db", fleet)
    assert (result.code, result.out) == (2, "")
    assert result.err
    assert sql(fleet, "SELECT count(*) FROM audit") == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["approve", "g-none", "--sha", "12345678"], "there is no gate g-none"),
        (["reject", "g-none", "--reason", "no"], "there is no gate g-none"),
        (["ack", "m-none"], "no alarm m-none"),
        (["resolve", "m-none", "--note", "over"], "no alarm m-none"),
    ],
)
def test_an_id_that_no_row_has_is_wrong_use(
    run: Run, fleet: Path, arguments: list[str], words: str
) -> None:
    result = run(*arguments, "--db", fleet)
    assert (result.code, result.out) == (2, "")
    assert words in result.err


@pytest.mark.parametrize("command", ["approve", "reject", "ack", "resolve"])
def test_the_help_says_so(run: Run, command: str) -> None:
    words = " ".join(run(command, "--help").out.split())
    assert "2 wrong use (an ID that no" in words


def test_a_system_without_gates_says_where_to_answer(run: Run, tac: Path) -> None:
    result = run("reject", "g-1", "--reason", "no", "--db", tac)
    assert result.code == 1
    assert "not decidable here" in result.err


def test_a_source_that_is_gone_exits_5(run: Run, tmp_path: Path) -> None:
    result = run("approve", GATE, "--sha", "12345678", "--db", tmp_path / "gone.db")
    assert (result.code, result.out) == (5, "")


def test_an_alarm_is_acknowledged_then_resolved(run: Run, fleet: Path, sql: Sql) -> None:
    assert run("ack", "m-108", "--db", fleet) == (0, "acked m-108 as ana\n", "")
    statement = "SELECT status, acked_by, resolution FROM alarms WHERE id = 'm-108'"
    assert sql(fleet, statement) == [("acked", "ana", None)]
    rows = run("resolve", "m-108", "--note", "budget raised", "--db", fleet, "--json").rows
    assert rows == [{"id": "m-108", "status": "resolved", "by": "ana"}]
    assert sql(fleet, statement) == [("resolved", "ana", "budget raised")]
    again = run("resolve", "m-108", "--note", "again", "--db", fleet)
    assert again.code == 1


# Other systems


FAR = "2099-01-01T00:00:00+00:00"


def _listed(run: Run, path: Path, gate: str) -> dict[str, Any]:
    """The gate as `vedette approvals` tells it."""
    [row] = [row for row in run("approvals", "--db", path, "--json").rows if row["id"] == gate]
    return row


def test_a_gate_of_syris_is_approved_with_the_hash_that_is_listed(
    run: Run, tmp_path: Path, sql: Sql
) -> None:
    path = tmp_path / "syris.db"
    asked.ask_syris(path, "design", expires_at=FAR)
    sha = _listed(run, path, asked.GATE)["sha256"]

    result = run("approve", asked.GATE, "--sha", sha[:8], "--note", "go", "--db", path)

    assert result == (0, f"approved {asked.GATE} as ana\n", "")
    columns = "status, decided_by, decision_reason"
    [row] = sql(path, f"SELECT {columns} FROM approvals WHERE approval_id = 'gate-1'")  # noqa: S608
    assert row == ("approved", "ana", "go")


def test_a_request_of_dossier_is_rejected(run: Run, tmp_path: Path, sql: Sql) -> None:
    path = tmp_path / "dossier.db"
    asked.ask_dossier(path)

    result = run("reject", asked.REQUEST, "--reason", "not on a Friday", "--db", path)

    assert result == (0, f"rejected {asked.REQUEST} as ana\n", "")
    [row] = sql(path, "SELECT status, notes FROM approval_request WHERE id = 'request-1'")
    assert row == ("rejected", "not on a Friday")


def _configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    monkeypatch.setenv("VEDETTE_CONFIG", str(file))


def test_a_plan_of_amelias_goes_to_the_server_that_is_configured(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "amelia.db"
    asked.ask_amelia(path)
    sha = _listed(run, path, asked.WORKFLOW)["sha256"]
    with serving() as api:
        _configured(monkeypatch, tmp_path, f'[systems.amelia]\napi = "{api.url}"\n')

        result = run("approve", asked.WORKFLOW, "--sha", sha, "--db", path, "--json")
        words = run("reject", asked.WORKFLOW, "--reason", "too wide", "--db", path)

    assert (result.code, result.rows[0]["status"]) == (0, "sent")
    assert (words.code, words.err) == (0, "")
    assert "was sent and is not confirmed yet" in words.out
    assert [request.path.rsplit("/", 1)[1] for request in api.asked] == ["approve", "reject"]
    assert api.asked[1].json == {"feedback": "too wide"}


def test_an_address_that_may_not_be_asked_refuses_and_exits_1(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "amelia.db"
    asked.ask_amelia(path)
    _configured(monkeypatch, tmp_path, '[systems.amelia]\napi = "http://10.9.8.7:8420"\n')

    result = run("reject", asked.WORKFLOW, "--reason", "no", "--db", path)

    assert (result.code, result.out) == (1, "")
    assert "plain http over a network" in result.err
    assert "plain_http = true" in result.err


def test_a_note_that_amelia_would_not_keep_is_wrong_use(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "amelia.db"
    asked.ask_amelia(path)
    sha = _listed(run, path, asked.WORKFLOW)["sha256"]

    result = run("approve", asked.WORKFLOW, "--sha", sha, "--note", "go", "--db", path)

    assert (result.code, result.out) == (2, "")
    assert "Amelia keeps no note with an approval" in result.err


def test_an_overdue_gate_is_listed_as_pending_and_can_be_answered(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "coded.db"
    asked.ask_syris(path, "coded", expires_at=asked.OVER)
    row = _listed(run, path, asked.GATE)
    status = run("status", "--db", path)

    result = run("approve", asked.GATE, "--sha", row["sha256"], "--db", path)

    assert row["status"] == "pending"
    assert "1 approval, 1 overdue" in status.out
    assert (result.code, result.err) == (0, "")


# Ghosts


@pytest.mark.parametrize(
    ("sets", "is_refused"),
    [
        ("ended_at = heartbeat_at", True),
        ("ended_at = NULL, heartbeat_at = '2020-01-01T00:00:00.000000Z'", True),
        ("ended_at = NULL, heartbeat_at = '2099-01-01T00:00:00.000000Z'", False),
    ],
)
def test_nobody_approves_for_a_process_that_is_known_to_be_gone(
    run: Run, fleet: Path, sql: Sql, sha: str, sets: str, is_refused: bool
) -> None:
    with closing(sqlite3.connect(fleet)) as connection, connection:
        connection.execute(f"UPDATE processes SET host = 'elsewhere', {sets}")  # noqa: S608
        connection.execute(
            "UPDATE approvals SET process_id = (SELECT min(id) FROM processes) WHERE id = ?",
            (GATE,),
        )

    result = run("approve", GATE, "--sha", sha, "--db", fleet)

    assert (result.code == 1) is is_refused
    assert ("the asking process is gone" in result.err) is is_refused
    assert _gate(sql, fleet)[0] == ("pending" if is_refused else "approved")
    if is_refused:
        assert run("reject", GATE, "--reason", "no", "--db", fleet).code == 0
