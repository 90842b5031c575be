"""Answers from the command line: bound to the payload's hash, and written once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
