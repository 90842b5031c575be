"""Events per second that the recorder commits, against bare executemany of the same rows."""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from vedette.data import store
from vedette.data.recorder import Recorder

from ..report import Figure, Pair

TURNS = 5
EVENTS = 40_000

INSERT = """
INSERT INTO events (run_id, agent_id, level, kind, message, details, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""


SELECT = """
SELECT run_id, agent_id, level, kind, message, details, created_at
FROM events
WHERE kind = 'bench'
ORDER BY seq
"""


def measure(large: str, small: str) -> Iterator[Figure]:
    """One figure: only rows that are in the file at the end count."""
    turns = [_turn() for _ in range(TURNS + 1)][1:]
    pair = Pair([ours for ours, _, _ in turns], [other for _, other, _ in turns])
    kept = min(share for _, _, share in turns)
    yield Figure(
        "recorder events committed / executemany",
        pair.ratio,
        0.5,
        raw=f"{pair.raw('events/s')} of {EVENTS:,}; at least {kept:.0%} of them kept",
        is_floor=True,
    )


def _turn() -> tuple[float, float, float]:
    """Events per second of the recorder, of executemany, and the share that was not dropped."""
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        recorded, bare = Path(folder) / "recorded.db", Path(folder) / "bare.db"
        took = _record(recorded)
        with closing(sqlite3.connect(recorded)) as connection:
            rows = connection.execute(SELECT).fetchall()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(recorded, bare)
        return len(rows) / took, len(rows) / _insert(bare, rows), len(rows) / EVENTS


def _record(path: Path) -> float:
    """Seconds from the first event handed in until all are committed."""
    with (
        Recorder(path, program="bench") as recorder,
        recorder.run("bench") as run,
        run.agent("writer") as agent,
    ):
        recorder.flush()
        began = time.perf_counter()
        for number in range(EVENTS):
            agent.event("bench", f"event {number}", details={"number": number})
        recorder.flush()
        return time.perf_counter() - began


def _insert(path: Path, rows: list[tuple[Any, ...]]) -> float:
    """Seconds to write the same rows in one transaction, without them as they were before."""
    with closing(store.connect(str(path))) as connection:
        connection.execute("DELETE FROM events WHERE kind = 'bench'")
        connection.execute("VACUUM")
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(INSERT, rows)
        connection.execute("COMMIT")
        return time.perf_counter() - began
