"""What the recorder's tests share: a clock that stands still, rows as they lie in the file."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

START = 1_793_282_551.25
"""2026-10-29T14:02:31.250000Z."""


class Clock:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


def numbered() -> Callable[[str], str]:
    """Ids that count: run-1, run-2, agent-1."""
    counts: dict[str, Iterator[int]] = {}
    return lambda prefix: f"{prefix}-{next(counts.setdefault(prefix, count(1)))}"


def rows(path: Path | str, statement: str, *values: object) -> list[sqlite3.Row]:
    """What a plain connection reads from the file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(statement, values).fetchall()


def row(path: Path | str, statement: str, *values: object) -> dict[str, Any]:
    """The one row a statement finds."""
    (found,) = rows(path, statement, *values)
    return dict(found)


def value(path: Path | str, statement: str, *values: object) -> Any:
    """The one value a statement finds."""
    (found,) = rows(path, statement, *values)
    return found[0]


def change(path: Path | str, statement: str, *values: object) -> None:
    """What somebody else does to the file."""
    with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
        connection.execute(statement, values)


@contextmanager
def write_lock(path: Path | str) -> Iterator[None]:
    """Somebody else holds the file's write lock."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def until(look: Callable[[], T], seconds: float = 20.0) -> T:
    """Waits for a state: the first value that is true."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "the awaited state never came"
        time.sleep(0.005)
    return found


def decide(path: Path | str, outcome: str, by: str = "ana", reason: str | None = None) -> str:
    """Answers the one gate that waits, as the console does; waits for it; its id."""
    waiting = "SELECT id FROM approvals WHERE status = 'pending'"
    gate_id = until(lambda: rows(path, waiting))[0][0]
    change(
        path,
        "UPDATE approvals SET status = ?, decided_by = ?, reason = ?,"
        " decided_at = '2026-10-29T14:02:32.000000Z' WHERE id = ? AND status = 'pending'",
        outcome,
        by,
        reason,
        gate_id,
    )
    return str(gate_id)
