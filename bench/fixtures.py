"""Small databases that are made for one figure and thrown away."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vedette.data.recorder import Recorder

TITLES = ("index-docs", "fix-login", "sum-costs", "sort-mail", "bump-deps", "read-logs")


@contextmanager
def finished_runs() -> Iterator[str]:
    """A database whose every run is over: nothing on screen counts."""
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        path = str(Path(folder) / "runs.db")
        with Recorder(path, program="bench") as recorder:
            for title in TITLES:
                _record_run(recorder, title)
        yield path


def _record_run(recorder: Recorder, title: str) -> None:
    with recorder.run(title, project="bench") as run:
        for name in ("planner", "coder"):
            with (
                run.agent(name, model="claude-sonnet-4-5") as agent,
                agent.prompt("edit", request="Make it so.") as prompt,
            ):
                prompt.done(response="It is so.", tokens_in=4_000, tokens_out=300)


@contextmanager
def writer(path: str) -> Iterator[sqlite3.Connection]:
    """A connection that writes as agents do; each statement commits by itself."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=5)
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        yield connection
    finally:
        connection.close()


def stamp() -> str:
    """Now, as it is stored."""
    moment = time.time()
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(moment))}.{int(moment % 1 * 1e6):06d}Z"
