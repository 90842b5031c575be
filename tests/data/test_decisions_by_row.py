"""Gates of other systems that are answered by a row: what is written, and that nothing else is."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.asked import (
    BLOCKED,
    GATE,
    NOW,
    OVER,
    REQUEST,
    ask_dossier,
    ask_syris,
    change,
    changes,
    everything,
    seen,
)
from tests.builders.tac import build_tac
from vedette.data.deciding.fitting import fitted
from vedette.data.decisions import Decision, decide
from vedette.data.errors import DecisionRefused
from vedette.data.systems.system import read_tables

AT = "2026-11-21T14:02:31+00:00"


@pytest.fixture
def design(tmp_path: Path) -> Path:
    path = tmp_path / "syris.db"
    ask_syris(path, "design")
    return path


@pytest.fixture
def coded(tmp_path: Path) -> Path:
    path = tmp_path / "coded.db"
    ask_syris(path, "coded")
    return path


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    path = tmp_path / "dossier.db"
    ask_dossier(path)
    return path


@pytest.fixture(params=["design", "coded", "dossier"])
def gate(request: pytest.FixtureRequest) -> tuple[Path, str]:
    """A file that is answered by a row, and its gate."""
    path = request.getfixturevalue(request.param)
    return path, REQUEST if request.param == "dossier" else GATE


def approve(path: Path, gate: str, sha: str | None = None, **more: Any) -> Decision:
    facts: dict[str, Any] = {"actor": "ana", "now": NOW, **more}
    return decide(str(path), gate, "approved", sha=sha or seen(path, gate), **facts)


def reject(path: Path, gate: str, **more: Any) -> Decision:
    facts: dict[str, Any] = {"sha": None, "actor": "ana", "now": NOW, "note": "not today", **more}
    return decide(str(path), gate, "rejected", **facts)


def refused(path: Path, answer: Callable[[], object]) -> DecisionRefused:
    """The refusal of an answer, which must have written nothing anywhere."""
    before = everything(path)
    with pytest.raises(DecisionRefused) as caught:
        answer()
    assert everything(path) == before
    return caught.value


# What is written


def test_an_approval_of_syris_design_is_one_row_and_two_words_in_the_trail(design: Path) -> None:
    before = everything(design)

    decision = approve(design, GATE, note="go")

    assert decision == Decision("approved", "decided", NOW, needed=1, signed=1)
    changed, added, removed = changes(before, everything(design))
    assert changed == {
        "approvals.1": {
            "status": "approved",
            "decided_by": "ana",
            "decided_at": AT,
            "decision_reason": "go",
        }
    }
    assert removed == 0
    assert list(added) == ["audit_events"]
    for row in added["audit_events"]:
        assert len(row.pop("audit_id")) == 36
        del row["rowid"]
    refs = {
        "timestamp": AT,
        "trace_id": "trace-1",
        "ref_event_id": "event-1",
        "ref_task_id": "task-1",
        "ref_step_id": "step-1",
        "ref_approval_id": GATE,
        "risk_level": "medium",
        "autonomy_level": "A2",
    }
    assert added["audit_events"] == [
        refs
        | {
            "stage": "gate",
            "type": "gate.approved",
            "outcome": "success",
            "summary": "approved by ana: mail.send",
        },
        refs
        | {
            "stage": "operator",
            "type": "operator.action.approve",
            "outcome": "success",
            "summary": f"ana chose to approve {GATE}",
        },
    ]


def test_a_denial_of_syris_design_is_told_as_info(design: Path) -> None:
    before = everything(design)

    reject(design, GATE)

    changed, added, _ = changes(before, everything(design))
    assert changed["approvals.1"]["status"] == "denied"
    assert changed["approvals.1"]["decision_reason"] == "not today"
    told = [(row["type"], row["outcome"]) for row in added["audit_events"]]
    assert told == [("gate.denied", "info"), ("operator.action.deny", "success")]


def test_an_approval_of_syris_as_coded_frees_its_step_and_its_task(coded: Path) -> None:
    before = everything(coded)

    approve(coded, GATE)

    changed, added, removed = changes(before, everything(coded))
    assert changed == {
        "approvals.1": {"status": "approved", "decided_by": "ana", "decided_at": AT},
        "task_steps.1": {"status": "pending"},
        "tasks.1": {"status": "pending"},
    }
    assert removed == 0
    [told] = added["audit_events"]
    assert (told["stage"], told["type"], told["outcome"]) == ("gate", "gate.approved", "success")
    assert (told["ref_task_id"], told["ref_step_id"]) == ("task-1", "step-1")
    assert (told["ref_approval_id"], told["trace_id"]) == (GATE, "trace-1")


def test_a_denial_of_syris_as_coded_fails_its_step_and_leaves_its_task_paused(coded: Path) -> None:
    before = everything(coded)

    reject(coded, GATE)

    changed, added, _ = changes(before, everything(coded))
    assert changed == {
        "approvals.1": {
            "status": "denied",
            "decided_by": "ana",
            "decided_at": AT,
            "decision_reason": "not today",
        },
        "task_steps.1": {"status": "failed", "error": "Approval denied: not today"},
    }
    [told] = added["audit_events"]
    assert (told["type"], told["outcome"]) == ("gate.denied", "failure")


@pytest.mark.parametrize("outcome", ["approved", "rejected"])
def test_an_answer_to_dossier_is_the_five_columns_its_own_interface_writes(
    dossier: Path, outcome: str
) -> None:
    before = everything(dossier)

    (approve if outcome == "approved" else reject)(dossier, REQUEST, note="seen")

    changed, added, removed = changes(before, everything(dossier))
    assert changed == {
        "approval_request.1": {
            "status": outcome,
            "resolved_by": "ana",
            "resolved_at": "2026-11-21T14:02:31.000Z",
            "notes": "seen",
            "updated_at": "2026-11-21 14:02:31",
        }
    }
    assert (added, removed) == ({}, 0)


def test_the_journal_of_the_file_stays_as_it_is(gate: tuple[Path, str]) -> None:
    path, gate_id = gate
    approve(path, gate_id)

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert os.listdir(path.parent) == [path.name]


def test_a_wal_stays_one_and_its_writer_goes_on(design: Path) -> None:
    with closing(sqlite3.connect(design)) as writer, writer:
        writer.execute("PRAGMA journal_mode = WAL").fetchall()
        writer.execute("UPDATE steps SET attempt = 1")
        writer.commit()

        approve(design, GATE)

        assert writer.execute("SELECT status FROM approvals").fetchall()[0] == ("approved",)
        assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        writer.execute("UPDATE steps SET attempt = 2")


# Names vary, columns may be absent


def test_a_file_without_the_optional_columns_gets_what_it_has_room_for(design: Path) -> None:
    for column in ("decided_by", "autonomy_level"):
        change(design, f"ALTER TABLE approvals DROP COLUMN {column}")
    change(design, "ALTER TABLE approvals RENAME COLUMN decision_reason TO reason")
    change(design, "ALTER TABLE audit_events DROP COLUMN risk_level")
    before = everything(design)

    reject(design, GATE)

    changed, added, _ = changes(before, everything(design))
    assert changed == {"approvals.1": {"status": "denied", "decided_at": AT, "reason": "not today"}}
    assert len(added["audit_events"]) == 2


def test_a_file_whose_own_rules_forbid_it_keeps_every_row(design: Path) -> None:
    change(
        design,
        "CREATE TRIGGER closed BEFORE INSERT ON audit_events "
        "BEGIN SELECT RAISE(ABORT, 'the trail is closed'); END",
    )
    sha = seen(design, GATE)

    error = refused(design, lambda: approve(design, GATE, sha))

    assert error.kind == "not_as_documented"
    assert "the trail is closed" in error.title


def test_a_file_without_a_table_that_must_be_written_keeps_every_row(coded: Path) -> None:
    sha = seen(coded, GATE)
    change(coded, "DROP TABLE tasks")

    error = refused(coded, lambda: approve(coded, GATE, sha))

    assert error.kind == "not_as_documented"
    assert "no such table: tasks" in error.title


# What is refused


def test_another_payload_than_was_read_is_refused(gate: tuple[Path, str]) -> None:
    path, gate_id = gate
    sha = seen(path, gate_id)
    if gate_id == GATE:
        change(path, 'UPDATE approvals SET what = \'{"tool_name": "files.move"}\'')
    else:
        change(
            path,
            "INSERT INTO agent_commit (id, assignment_id, sha, branch, message, committed_at) "
            "VALUES ('c', ?, 'abc', 'feat/keys', 'one more', '2026-11-21T14:02:00.000Z')",
            BLOCKED,
        )

    error = refused(path, lambda: approve(path, gate_id, sha))

    assert error.kind == "changed"
    assert "its payload is another one now" in error.title


def test_a_payload_that_changes_while_the_writer_waits_is_refused(design: Path) -> None:
    """The hash is made inside the write transaction: a change before it counts."""
    sha = seen(design, GATE)
    holder = sqlite3.connect(design, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    holder.execute('UPDATE approvals SET what = \'{"tool_name": "rm"}\'')
    release = threading.Timer(0.3, lambda: holder.execute("COMMIT"))
    release.start()

    with pytest.raises(DecisionRefused) as caught:
        approve(design, GATE, sha)

    release.join()
    holder.close()
    assert caught.value.kind == "changed"
    assert everything(design)["approvals"][0]["status"] == "pending"


@pytest.mark.parametrize("what", ["expected_risk", "expected_title"])
def test_another_risk_or_title_than_was_shown_is_refused(gate: tuple[Path, str], what: str) -> None:
    path, gate_id = gate
    sha = seen(path, gate_id)

    error = refused(path, lambda: approve(path, gate_id, sha, **{what: "harmless"}))

    assert error.kind == "changed"


def test_a_second_answer_hears_who_was_first(gate: tuple[Path, str]) -> None:
    path, gate_id = gate
    sha = seen(path, gate_id)
    reject(path, gate_id, actor="ben")

    error = refused(path, lambda: approve(path, gate_id, sha))

    assert error.kind == "already_decided"
    assert "already rejected by ben" in error.title


def test_a_gate_that_is_not_there_is_missing(gate: tuple[Path, str]) -> None:
    path, gate_id = gate
    sha = seen(path, gate_id)

    assert refused(path, lambda: approve(path, "no-such", sha)).kind == "missing"


def test_a_status_that_nobody_documents_is_not_answered(design: Path) -> None:
    sha = seen(design, GATE)
    change(design, "UPDATE approvals SET status = 'deferred' WHERE approval_id = ?", GATE)

    error = refused(design, lambda: approve(design, GATE, sha))

    assert error.kind == "not_decidable"
    assert "'deferred'" in error.title


def test_bytes_that_are_no_text_cannot_be_approved(design: Path) -> None:
    change(design, "UPDATE approvals SET what = CAST(x'7b22ff227d' AS TEXT)")
    sha = seen(design, GATE)

    error = refused(design, lambda: approve(design, GATE, sha))

    assert "its payload is not text" in error.title
    reject(design, GATE)


def test_syris_as_designed_lets_a_gate_expire_so_it_cannot_be_answered(design: Path) -> None:
    sha = seen(design, GATE)
    change(design, "UPDATE approvals SET expires_at = ?", OVER)

    error = refused(design, lambda: approve(design, GATE, sha))

    assert error.kind == "expired"


def test_syris_as_coded_lets_none_expire_so_it_can(coded: Path) -> None:
    change(coded, "UPDATE approvals SET expires_at = ?", OVER)

    approve(coded, GATE)

    assert everything(coded)["approvals"][0]["status"] == "approved"


def test_a_gate_of_no_step_changes_nothing_and_is_not_offered(tmp_path: Path) -> None:
    path = tmp_path / "coded.db"
    ask_syris(path, "coded", has_step=False)
    sha = seen(path, GATE)

    error = refused(path, lambda: approve(path, GATE, sha))

    assert error.kind == "not_decidable"
    assert "an answer changes nothing" in error.title


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE task_steps SET status = 'completed'", "its step is completed"),
        ("UPDATE task_steps SET pending_approval_id = 'gate-7'", "its step waits for gate-7 now"),
        ("UPDATE tasks SET status = 'cancelled'", "its task is not paused any more"),
    ],
)
def test_a_step_or_a_task_that_moved_on_is_left_alone(
    coded: Path, statement: str, words: str
) -> None:
    sha = seen(coded, GATE)
    change(coded, statement)

    error = refused(coded, lambda: approve(coded, GATE, sha))

    assert error.kind == "not_decidable"
    assert words in error.title


def test_tac_has_no_gates(tmp_path: Path) -> None:
    path = tmp_path / "tac.db"
    build_tac(path)

    error = refused(path, lambda: reject(path, "any"))

    assert error.kind == "not_decidable"
    assert "there are no gates in TAC" in error.title


# The file


def test_a_locked_file_is_told_as_one(
    gate: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, gate_id = gate
    sha = seen(path, gate_id)
    monkeypatch.setattr("vedette.data.store.BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")

        with pytest.raises(DecisionRefused) as caught:
            approve(path, gate_id, sha)

    assert caught.value.kind == "locked"
    assert "nothing was written" in caught.value.title


def test_a_file_that_cannot_be_written_decides_nothing(gate: tuple[Path, str]) -> None:
    """Root may write any file, so another user answers: a child that has loaded all it needs."""
    path, gate_id = gate
    sha = seen(path, gate_id)
    before = everything(path)
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        once, only_read = Path(folder) / "once.db", Path(folder) / "only_read.db"
        shutil.copy(path, once)
        shutil.copy(path, only_read)
        approve(once, gate_id, sha)
        only_read.chmod(0o444)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writer, _answer_as_nobody(only_read, gate_id, sha).encode())
            os._exit(0)
        os.close(writer)
        os.waitpid(child, 0)
        with os.fdopen(reader) as told:
            assert told.read() == "read_only"
        assert everything(only_read) == before


def _answer_as_nobody(path: Path, gate_id: str, sha: str) -> str:
    try:
        if os.getuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        approve(path, gate_id, sha)
    except DecisionRefused as error:
        return error.kind
    except BaseException as error:
        return repr(error)
    return "decided"


# Races


_PROCESS = """
import sys
from vedette.data.decisions import decide
from vedette.data.errors import DecisionRefused
path, gate, sha, actor, outcome, now = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
try:
    decide(path, gate, outcome, sha=sha, actor=actor, now=float(now), note=actor)
    print(f"won: {outcome} by {actor}")
except DecisionRefused as error:
    print(error.title)
"""


def test_of_processes_that_answer_at_once_one_has_decided(gate: tuple[Path, str]) -> None:
    path, gate_id = gate
    sha = seen(path, gate_id)
    before = everything(path)
    asked = [(f"p{number}", ("approved", "rejected")[number % 2]) for number in range(6)]
    deciders = [
        subprocess.Popen(
            [sys.executable, "-c", _PROCESS, str(path), gate_id, sha, who, outcome, str(NOW)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for who, outcome in asked
    ]
    for each in deciders:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in deciders:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    told = [each.communicate()[0].strip() for each in deciders]

    [won] = [line for line in told if line.startswith("won: ")]
    first = won.removeprefix("won: ")
    late = [line for line in told if line != won]
    assert all(line.startswith(f"already {first}") for line in late), told
    changed, added, _ = changes(before, everything(path))
    assert sum(first.split()[-1] in row.values() for row in changed.values()) == 1
    gates = [row for rows in added.values() for row in rows if row["stage"] == "gate"]
    assert len(gates) == (0 if gate_id == REQUEST else 1)


# Every guard stands in the statement itself


@pytest.mark.parametrize(
    ("form", "statement", "moved"),
    [
        ("design", "approval", "UPDATE approvals SET status = 'expired'"),
        ("coded", "approval", "UPDATE approvals SET status = 'denied'"),
        ("coded", "release_step", "UPDATE task_steps SET status = 'completed'"),
        ("coded", "fail_step", "UPDATE task_steps SET status = 'pending'"),
        ("coded", "release_task", "UPDATE tasks SET status = 'cancelled'"),
    ],
)
def test_a_row_of_syris_that_moved_on_is_not_written(
    tmp_path: Path, form: Any, statement: str, moved: str
) -> None:
    path = tmp_path / "syris.db"
    ask_syris(path, form)
    facts = {
        "id": GATE, "step": "step-1", "task": "task-1", "status": "approved", "actor": "ana",
        "now": AT, "note": None, "error": "no",
    }  # fmt: skip

    assert _rows_written(path, f"syris/{statement}", facts) == 1
    change(path, moved)
    assert _rows_written(path, f"syris/{statement}", facts) == 0


def test_a_request_of_dossier_that_was_answered_is_not_written_over(dossier: Path) -> None:
    facts = {
        "id": REQUEST, "outcome": "approved", "actor": "ana", "note": None,
        "resolved_at": AT, "updated_at": AT,
    }  # fmt: skip

    assert _rows_written(dossier, "dossier/resolve", facts) == 1
    change(dossier, "UPDATE approval_request SET status = 'rejected'")
    assert _rows_written(dossier, "dossier/resolve", facts) == 0


def _rows_written(path: Path, statement: str, facts: dict[str, Any]) -> int:
    """How many rows a statement changes, which is then taken back."""
    with closing(sqlite3.connect(path)) as connection:
        done = connection.execute(fitted(statement, read_tables(connection)), facts)
        connection.rollback()
        return done.rowcount


# Whatever happens in whatever order


def _answers(path: Path, gate_id: str, sha: str, who: str, outcome: str) -> str:
    try:
        decide(
            str(path),
            gate_id,
            "approved" if outcome == "approve" else "rejected",
            sha=sha,
            actor=who,
            now=NOW,
            note="so",
        )
    except DecisionRefused as error:
        return error.kind
    return "decided"


STEPS = st.tuples(st.sampled_from(["ana", "ben"]), st.sampled_from(["approve", "reject"]))
OTHERS = {
    "changes": 'UPDATE approvals SET what = \'{"tool_name": "rm"}\'',
    "expires": "UPDATE approvals SET status = 'expired' WHERE status = 'pending'",
    "moves on": "UPDATE audit_events SET latency_ms = 5",
}


@pytest.mark.parametrize("form", ["design", "coded"])
@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(STEPS, st.sampled_from(sorted(OTHERS))), min_size=1, max_size=6))
def test_at_most_one_answer_counts_and_only_on_what_was_read(
    form: Any, steps: list[tuple[str, str] | str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "syris.db"
        ask_syris(path, form)
        sha = seen(path, GATE)
        came = []
        is_as_read = True
        for step in steps:
            if isinstance(step, str):
                change(path, OTHERS[step])
                is_as_read = is_as_read and step != "changes"
            else:
                came.append((_answers(path, GATE, sha, *step), is_as_read))

        row = everything(path)["approvals"][0]
        told = [each for each in everything(path)["audit_events"] if each["stage"] == "gate"]
        decided = [was_as_read for kind, was_as_read in came if kind == "decided"]
        assert decided in ([], [True])
        assert len(told) == len(decided)
        assert (row["decided_by"] in ("ana", "ben")) is bool(decided)
        assert {kind for kind, _ in came} <= {"decided", "already_decided", "changed", "expired"}
