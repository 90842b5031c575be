"""A script asks a person: the exit code is the answer, and anything but 0 means no."""

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.tui.commands.conftest import Run
from vedette.data import decisions
from vedette.data.migrations import migrate
from vedette.data.recording import processes
from vedette.data.recording.question import Question, Words
from vedette.data.store import StoreFailed

Sql = Callable[..., list[tuple[Any, ...]]]

WAIT_SECONDS = 20.0


class Waiting(NamedTuple):
    """A gate that waits in a process of its own."""

    process: subprocess.Popen[str]
    id: str
    sha256: str

    def end(self) -> tuple[int, str]:
        """Its exit code and what it printed, once it ends."""
        out, _ = self.process.communicate(timeout=WAIT_SECONDS)
        return self.process.returncode, out


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A new database of Vedette's own."""
    path = tmp_path / "runs.db"
    migrate(str(path), time.time())
    return path


@pytest.fixture
def ask(store: Path, sql: Sql) -> Iterator[Callable[..., Waiting]]:
    """Starts `vedette gate` and waits until its question stands in the database."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str, stdin: str = "") -> Waiting:
        process = subprocess.Popen(
            [sys.executable, "-m", "vedette.tui", "gate", "--db", str(store), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdin is not None
        process.stdin.write(stdin)
        process.stdin.close()
        process.stdin = None
        deadline = time.monotonic() + WAIT_SECONDS
        while not (rows := sql(store, "SELECT id, payload_sha256 FROM approvals")):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return Waiting(process, *rows[-1])

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def _answer(store: Path, gate: Waiting, outcome: decisions.Outcome, note: str) -> None:
    decisions.decide(
        str(store), gate.id, outcome, sha=gate.sha256, actor="ana", now=time.time(), note=note
    )


def test_approved_is_exit_0_and_the_receipt_is_left(
    store: Path, ask: Callable[..., Waiting], sql: Sql
) -> None:
    gate = ask("clean up", "--payload", "-", "--risk", "high", stdin="rm -rf build\n")
    assert gate.sha256 == hashlib.sha256(b"rm -rf build\n").hexdigest()
    _answer(store, gate, "approved", "fine")
    assert gate.end() == (0, "approved by ana: fine\n")
    ((status, risk, picked_up_at, moved_on_at),) = sql(
        store, "SELECT status, risk, picked_up_at, moved_on_at FROM approvals"
    )
    assert (status, risk) == ("approved", "high")
    assert picked_up_at
    assert moved_on_at >= picked_up_at


def test_rejected_is_exit_1_with_the_reason(store: Path, ask: Callable[..., Waiting]) -> None:
    gate = ask("deploy", "--json")
    _answer(store, gate, "rejected", "not on a friday")
    code, out = gate.end()
    assert code == 1
    assert '"outcome": "rejected", "by": "ana", "reason": "not on a friday"' in out


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_gate_waits_whatever_its_caller_closed(tmp_path: Path, closed: int) -> None:
    store = tmp_path / "new.db"
    words = f"exec {closed}>&-; exec {sys.executable} -m vedette.tui gate x --db {store}"
    with subprocess.Popen(["/bin/sh", "-c", words], stdout=subprocess.PIPE) as process:
        try:
            deadline = time.monotonic() + WAIT_SECONDS
            while not _statuses(store):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.02)
            # As long as a guard needs that takes its pipe's end for its parent's.
            time.sleep(0.3)
            assert _statuses(store) == [("pending",)]
        finally:
            process.kill()


def _statuses(store: Path) -> list[tuple[Any, ...]]:
    """Of all gates; none where there is no table of them yet."""
    if not store.exists():
        return []
    with closing(sqlite3.connect(store)) as connection:
        try:
            return connection.execute("SELECT status FROM approvals").fetchall()
        except sqlite3.OperationalError:
            return []


@pytest.mark.parametrize("style", [[], ["--json"]])
def test_what_a_person_or_a_row_says_reaches_no_terminal_raw(
    store: Path, ask: Callable[..., Waiting], style: list[str]
) -> None:
    gate = ask("deploy", *style)
    _answer(store, gate, "rejected", "no\x1b]0;mine\x07 \u202eway\x9b2J")
    code, out = gate.end()
    assert code == 1
    assert "way" in out
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(out)


def test_nobody_answering_is_exit_3(run: Run, store: Path, sql: Sql) -> None:
    result = run("gate", "deploy", "--timeout", "200ms", "--db", store)
    assert (result.code, result.out) == (3, "expired\n")
    assert sql(store, "SELECT status FROM approvals") == [("expired",)]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_withdraws_the_question_and_is_exit_4(
    store: Path, ask: Callable[..., Waiting], sql: Sql, sent: signal.Signals
) -> None:
    gate = ask("deploy")
    gate.process.send_signal(sent)
    assert gate.end() == (4, "withdrawn: the asking program was interrupted\n")
    assert sql(store, "SELECT status FROM approvals") == [("withdrawn",)]


def test_the_title_is_the_payload_where_there_is_none(
    store: Path, ask: Callable[..., Waiting], sql: Sql
) -> None:
    ask("deploy to production", "--why", "release day")
    stored = sql(store, "SELECT payload, title, why FROM approvals")
    assert stored == [("deploy to production", "deploy to production", "release day")]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["  "],
        ["deploy", "--risk", "tiny"],
        ["deploy", "--timeout", "soon"],
        ["deploy", "--timeout", "0s"],
        ["deploy", "--payload", "not-there.txt"],
        ["deploy", "--payload", "binary.bin"],
    ],
)
def test_wrong_use_is_exit_2_and_asks_nobody(
    run: Run, store: Path, tmp_path: Path, sql: Sql, arguments: list[str]
) -> None:
    (tmp_path / "binary.bin").write_bytes(b"\xff\xfe\x00")
    result = run("gate", *arguments, "--db", store)
    assert (result.code, result.out) == (2, "")
    assert sql(store, "SELECT count(*) FROM approvals") == [(0,)]


def test_a_store_that_fails_is_exit_5_never_0(run: Run, store: Path, tac: Path) -> None:
    (store.parent / "file").write_text("x")
    for path in (store.parent / "file" / "runs.db", tac):
        result = run("gate", "deploy", "--timeout", "1s", "--db", path)
        assert (result.code, result.out) == (5, "")
    unknown_run = run("gate", "deploy", "--timeout", "1s", "--run", "nope", "--db", store)
    assert (unknown_run.code, unknown_run.out) == (5, "")


def test_a_store_that_came_with_an_answer_is_exit_5(run: Run, store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute(
            "CREATE TRIGGER helpful AFTER INSERT ON approvals BEGIN "
            "UPDATE approvals SET status = 'approved', decided_by = 'ana'; END"
        )
    result = run("gate", "deploy", "--timeout", "200ms", "--db", store)
    assert result.code == 5
    assert "answers gates by itself" in result.err


def test_a_row_that_is_deleted_is_exit_5(
    store: Path, ask: Callable[..., Waiting], sql: Sql
) -> None:
    gate = ask("deploy")
    sql(store, "DELETE FROM approvals")
    assert gate.end() == (5, "")


def _remove(store: Path) -> None:
    for path in store.parent.glob("runs.db*"):
        path.unlink()


def _scribble(store: Path) -> None:
    for path in store.parent.glob("runs.db*"):
        path.write_bytes(b"\xff" * 8192)


def _truncate(store: Path) -> None:
    os.truncate(store, 0)


@pytest.mark.parametrize("harm", [_remove, _scribble, _truncate])
def test_a_database_that_is_lost_while_it_waits_is_exit_5_and_nothing_runs(
    store: Path, ask: Callable[..., Waiting], tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    gate = ask("mark", "--timeout", "5s", "--", "touch", str(tmp_path / "ran"))
    harm(store)
    assert gate.end() == (5, "")
    assert not (tmp_path / "ran").exists()


def test_a_lock_that_outlasts_its_patience_asks_nobody_and_approves_nothing(
    store: Path, sql: Sql
) -> None:
    question = Question(str(store), Words("deploy", "deploy"), "test", patience=0.0)
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreFailed, match="locked"):
            question.ask()
        other.execute("ROLLBACK")
    question.close()
    assert sql(store, "SELECT count(*) FROM approvals") == [(0,)]


def test_who_waits_beats_so_that_its_silence_means_something(
    store: Path, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats: set[str] = set()

    def heard() -> str | None:
        beats.update(beat for (beat,) in sql(store, "SELECT heartbeat_at FROM processes"))
        return "three beats were heard" if len(beats) == 3 else None

    with Question(str(store), Words("deploy", "deploy"), "test", stop=heard) as question:
        question.ask()
        monkeypatch.setattr(processes, "HEARTBEAT_SECONDS", 0)
        question._beat_due = 0.0
        assert question.wait().outcome == "withdrawn"
    assert sql(store, "SELECT reason FROM approvals") == [("three beats were heard",)]


def _until(sql: Sql, store: Path, query: str, wanted: list[tuple[Any, ...]]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while (found := sql(store, query)) != wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def test_a_command_runs_when_it_is_approved_and_its_exit_code_is_passed_on(
    store: Path, ask: Callable[..., Waiting], sql: Sql
) -> None:
    gate = ask("clean up", "--risk", "high", "--", "/bin/sh", "-c", "echo done; exit 7")
    ((payload,),) = sql(store, "SELECT payload FROM approvals")
    assert json.loads(payload) == {
        "command": ["/bin/sh", "-c", "echo done; exit 7"],
        "cwd": os.getcwd(),
        "executable": "/bin/sh",
    }
    _answer(store, gate, "approved", "fine")
    assert gate.end() == (7, "done\n")
    ((picked_up, moved_on),) = sql(store, "SELECT picked_up_at, moved_on_at FROM approvals")
    assert picked_up
    assert moved_on >= picked_up


def test_a_command_is_its_own_title_where_there_is_none(
    ask: Callable[..., Waiting], store: Path, sql: Sql
) -> None:
    ask("--", "echo", "a b")
    assert sql(store, "SELECT title FROM approvals") == [("echo 'a b'",)]


def test_a_command_that_is_rejected_does_not_run(
    store: Path, ask: Callable[..., Waiting], tmp_path: Path
) -> None:
    gate = ask("mark", "--", "touch", str(tmp_path / "ran"))
    _answer(store, gate, "rejected", "no")
    assert gate.end() == (1, "")
    assert not (tmp_path / "ran").exists()


def _rewrite(program: Path) -> None:
    program.write_text(f"#!/bin/sh\ntouch {program}.ran\n")


def _put_in_its_place(program: Path) -> None:
    _rewrite(beside := program.with_name("beside"))
    beside.chmod(0o755)
    beside.replace(program)


def _lead_elsewhere(program: Path) -> None:
    program.unlink()
    program.symlink_to("/bin/echo")


@pytest.mark.parametrize("change", [_rewrite, _put_in_its_place, _lead_elsewhere, Path.unlink])
def test_a_program_that_was_changed_meanwhile_does_not_run(
    tmp_path: Path, store: Path, ask: Callable[..., Waiting], change: Callable[[Path], None]
) -> None:
    program = tmp_path / "deploy"
    program.write_text("#!/bin/sh\necho deployed\n")
    program.chmod(0o755)
    gate = ask("--", str(program))
    change(program)
    _answer(store, gate, "approved", "fine")
    assert gate.end() == (5, "")
    assert not list(tmp_path.glob("*.ran"))


def test_a_command_whose_folder_was_moved_does_not_run(
    store: Path, sql: Sql, tmp_path: Path
) -> None:
    code = "import os, sys; os.chdir(sys.argv.pop(1)); from vedette.tui.main import main; main()"
    (tmp_path / "there").mkdir()
    python = [sys.executable, "-c", code, str(tmp_path / "there")]
    process = subprocess.Popen(
        [*python, "gate", "x", "--db", str(store), "--", "touch", str(tmp_path / "ran")],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _until(sql, store, "SELECT count(*) FROM approvals", [(1,)])
        ((gate_id, sha256),) = sql(store, "SELECT id, payload_sha256 FROM approvals")
        (tmp_path / "there").rename(tmp_path / "elsewhere")
        _answer(store, Waiting(process, gate_id, sha256), "approved", "fine")
        assert "was moved meanwhile" in process.communicate(timeout=WAIT_SECONDS)[1]
    finally:
        process.kill()
        process.communicate()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("kill", [os.kill, os.killpg])
def test_a_killed_asker_withdraws_its_question(
    store: Path, sql: Sql, kill: Callable[[int, int], None]
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "vedette.tui", "gate", "deploy", "--db", str(store)],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _until(sql, store, "SELECT status FROM approvals", [("pending",)])
    kill(process.pid, signal.SIGKILL)
    process.wait(WAIT_SECONDS)
    _until(
        sql,
        store,
        "SELECT status, reason FROM approvals",
        [("withdrawn", "its process ended without closing it")],
    )
    assert sql(store, "SELECT ending FROM processes") == [("crashed",)]


def test_a_replaced_database_is_exit_5(store: Path, ask: Callable[..., Waiting]) -> None:
    gate = ask("deploy")
    store.rename(store.with_suffix(".old"))
    migrate(str(store), time.time())
    assert gate.end() == (5, "")


@pytest.mark.parametrize(
    "arguments",
    [["--"], ["deploy", "--"], ["deploy", "--", "no-such-program"]],
)
def test_a_command_that_cannot_be_asked_about_is_exit_2(
    run: Run, store: Path, sql: Sql, arguments: list[str]
) -> None:
    assert run("gate", "--db", store, *arguments).code == 2
    assert run("gate", "x", "--payload", "-", "--db", store, "--", "ls").code == 2
    assert sql(store, "SELECT count(*) FROM approvals") == [(0,)]
