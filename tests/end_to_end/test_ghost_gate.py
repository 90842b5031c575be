"""A gate whose asker and guard were killed in one blow still stands: nobody can approve it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.end_to_end.terminal import PATIENCE, Terminal
from vedette.data.migrations import migrate


@contextmanager
def _asking(path: Path, title: str, *options: str) -> Iterator[int]:
    """A process that waits for an answer; its pid."""
    process = subprocess.Popen(
        [sys.executable, "-m", "vedette.tui", "gate", title, "--db", str(path), *options],
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + PATIENCE
        while _status(path, title) is None:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
        yield process.pid
    finally:
        process.kill()
        process.wait()


def _kill_with_its_guard(pid: int) -> None:
    """The guard would take the question back."""
    guards = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    assert guards, "there is no guard"
    for each in (*guards, pid):
        os.kill(int(each), signal.SIGKILL)


def _status(path: Path, title: str) -> str | None:
    with closing(sqlite3.connect(path, timeout=60)) as connection:
        query = "SELECT status FROM approvals WHERE title = ?"
        row = connection.execute(query, (title,)).fetchone()
        return str(row[0]) if row else None


def test_the_console_says_that_the_asker_is_gone_and_approves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    migrate(str(path), time.time())
    # Somebody else lives and beats, so that the view itself is not stale.
    with (
        _asking(path, "another"),
        _asking(path, "deploy", "--timeout", "10m") as ghost,
        Terminal([sys.executable, "-m", "vedette.tui", str(path)]) as terminal,
    ):
        _kill_with_its_guard(ghost)
        terminal.until("2 approvals")
        terminal.keys("6")
        terminal.until("its process is gone: nobody would hear an answer")
        terminal.keys("enter")
        terminal.until("the asking process is gone: nobody would hear the answer")
        # From here on keys are heard, and so is this one.
        terminal.until("1 of 1 line")
        terminal.keys("a", "2")
        terminal.until("it gave no reason")
        assert "APPROVING" not in terminal.text()
        assert _status(path, "deploy") == "pending"
