"""How far a busy writer's WAL grows with the console open on it, and without."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from vedette.data.recorder import Recorder

from ..fixtures import stamp, writer
from ..programs import console
from ..report import Figure, Pair
from ..terminal import Terminal

TURNS = 5
COMMITS = 6_000
ROWS = 5
"""Of one commit."""

INSERT = """
INSERT INTO events (level, kind, message, created_at)
VALUES ('info', 'bench', :message, :now)
"""


def measure(large: str, small: str) -> Iterator[Figure]:
    """One figure: the WAL's greatest size, of new databases that are written as fast as can be."""
    turns = [(_peak(is_watched=True), _peak(is_watched=False)) for _ in range(TURNS)]
    pair = Pair([ours for ours, _ in turns], [other for _, other in turns])
    yield Figure("WAL peak, console open / not", pair.ratio, 2.0, raw=pair.raw("MB", 1e-6))


def _peak(*, is_watched: bool) -> float:
    """Bytes."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="vedette-bench-"))
        path = str(Path(folder) / "runs.db")
        with Recorder(path, program="bench") as recorder, recorder.run("busy-writer"):
            pass
        connection = stack.enter_context(writer(path))
        if not is_watched:
            return _write(connection, path, None)
        terminal = stack.enter_context(Terminal(console(path)))
        terminal.wait_for(b"busy-writer")
        terminal.send("7")
        terminal.wait_for(b"Events")
        terminal.settle()
        return _write(connection, path, terminal)


def _write(connection: sqlite3.Connection, path: str, terminal: Terminal | None) -> float:
    peak = 0
    for commit in range(COMMITS):
        connection.execute("BEGIN IMMEDIATE")
        rows = [{"message": f"row {commit} {row}", "now": stamp()} for row in range(ROWS)]
        connection.executemany(INSERT, rows)
        connection.execute("COMMIT")
        peak = max(peak, os.stat(f"{path}-wal").st_size)
        if terminal is not None:
            terminal.read(0)
    return float(peak)
