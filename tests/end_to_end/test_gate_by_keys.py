"""A gate asked by one process is answered in the console by keys, and the first process goes on."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.end_to_end.terminal import Terminal
from vedette.data.approvals import sha256

AGENT = """
import sys
from vedette.data.recorder import Recorder

with Recorder(sys.argv[1]) as recorder, recorder.run("fix-auth") as run:
    with run.agent("coder", model="sonnet-5") as agent:
        files = [{"path": "auth/keys.py", "before": None, "after": "KEY = 1\\n" * 60}]
        answer = agent.ask(
            "write auth/keys.py", {"files": files}, risk="high", timeout=300, id="g-1",
            why="keys are read once",
        )
        agent.event("milestone", "went on: " + answer.outcome)
        print(answer.outcome, "|", answer.by, "|", answer.reason, flush=True)
"""


HEARD = "15 of 60 lines"
"""The first page counts as seen from the moment on at which keys are heard."""


@contextmanager
def _agent(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that asks, waits, and prints what it was told."""
    process = subprocess.Popen(
        [sys.executable, "-c", AGENT, str(path)], stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@contextmanager
def _console(path: Path) -> Iterator[Terminal]:
    command = [sys.executable, "-m", "vedette.tui", str(path)]
    with Terminal(command, env={"USER": "ana"}) as terminal:
        yield terminal


def _open_review(terminal: Terminal) -> None:
    """Through the list, which decides nothing itself."""
    terminal.until("1 approval")
    terminal.keys("6")
    terminal.until("This list cannot decide")
    terminal.keys("enter")
    terminal.until("1 diff")


def _read_all(terminal: Terminal) -> None:
    """Pages in haste: not one of them is skipped, for each is painted before the next."""
    terminal.until(HEARD)
    terminal.keys(*["space"] * 4)
    terminal.until("100%")


def _gate(path: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return dict(connection.execute("SELECT * FROM approvals WHERE id = 'g-1'").fetchone())


def _trail(path: Path, kind: str) -> dict[str, Any]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        query = "SELECT * FROM audit WHERE approval_id = 'g-1' AND type = ?"
        (row,) = connection.execute(query, (kind,)).fetchall()
        return dict(row)


def _until_asked(path: Path, agent: subprocess.Popen[str]) -> None:
    """The console starts on a file that has a gate; until then the file may not be there."""
    with Terminal([sys.executable, "-c", WATCH, str(path)]) as terminal:
        terminal.until("asked")
    assert agent.poll() is None


WATCH = """
import sqlite3, sys, time
while True:
    try:
        if sqlite3.connect(sys.argv[1]).execute("SELECT 1 FROM approvals").fetchone():
            break
    except sqlite3.Error:
        time.sleep(0.01)
print("asked")
"""


def test_a_high_risk_gate_is_approved_by_keys_and_the_agent_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with _agent(path) as agent:
        _until_asked(path, agent)
        digest = sha256(_gate(path)["payload"])
        with _console(path) as terminal:
            _open_review(terminal)
            terminal.until(HEARD)
            terminal.keys("a")
            assert _gate(path)["status"] == "pending"
            _read_all(terminal)
            terminal.until("APPROVE is open")
            terminal.keys("a")
            terminal.until(f"type {digest[:4].upper()}")
            terminal.keys(*digest[:4])
            terminal.until("APPROVING")
            assert _gate(path)["status"] == "pending"
            terminal.until("moved on")
        assert agent.stdout is not None
        assert agent.stdout.readline() == "approved | ana | None\n"
    trail = _trail(path, "gate.approved")
    details = json.loads(trail["details"])
    assert trail["actor"] == "ana"
    assert details["sha256"] == digest
    assert details["shown_ms"] > 400


def test_a_gate_is_rejected_by_keys_and_the_agent_is_told_why(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with _agent(path) as agent:
        _until_asked(path, agent)
        with _console(path) as terminal:
            _open_review(terminal)
            terminal.until(HEARD)
            terminal.keys("r")
            terminal.until("reason")
            terminal.keys("keys belong in the vault", "enter")
            terminal.until("REJECTING")
            assert _gate(path)["status"] == "pending"
            terminal.until("picked up")
        assert agent.stdout is not None
        assert agent.stdout.readline() == "rejected | ana | keys belong in the vault\n"
    assert _trail(path, "gate.rejected")["actor"] == "ana"


def test_a_hold_that_is_undone_writes_nothing_and_a_paste_decides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with _agent(path) as agent:
        _until_asked(path, agent)
        with _console(path) as terminal:
            _open_review(terminal)
            terminal.until(HEARD)
            terminal.paste("r no\r")
            terminal.until("a paste is refused here")
            terminal.keys("r", "n", "o", "enter")
            terminal.until("REJECTING")
            terminal.keys("u")
            terminal.until("nothing was written")
            assert _gate(path)["status"] == "pending"
