"""From a row's commit to the row on screen, over the poll interval."""

import random
import sqlite3
import time
from collections.abc import Iterator

from ..fixtures import stamp, writer
from ..programs import console
from ..report import Figure, percentile
from ..terminal import Terminal

INTERVAL = 0.5
ROWS = 60

INSERT = """
INSERT INTO events (level, kind, message, created_at)
VALUES ('info', 'bench', :message, :now)
"""


def measure(large: str, small: str) -> Iterator[Figure]:
    """One figure, on the events of the large database; its rows are taken out again."""
    with writer(large) as connection:
        (last,) = connection.execute("SELECT max(seq) FROM events").fetchone()
        try:
            with Terminal(console(large, f"--interval={INTERVAL}")) as terminal:
                terminal.wait_for(b"fix-auth")
                terminal.send("7")
                terminal.wait_for(b"Events")
                terminal.settle()
                taken = [_appear(terminal, connection, number) for number in range(ROWS)]
        finally:
            connection.execute("DELETE FROM events WHERE seq > ?", (last,))
    worst = percentile(taken, 0.95)
    yield Figure(
        "row committed to row on screen, over the interval, p95",
        (worst - INTERVAL) * 1000,
        100.0,
        "ms",
        f"median {percentile(taken, 0.5) * 1000:.0f} ms, p95 {worst * 1000:.0f} ms, "
        f"most {max(taken) * 1000:.0f} ms, of {ROWS} rows at an interval of {INTERVAL * 1000:.0f}",
    )


def _appear(terminal: Terminal, connection: sqlite3.Connection, number: int) -> float:
    """Seconds from the commit of a row until it was written to the terminal."""
    # Anywhere between two looks.
    terminal.read_for(0.1 + random.random() * INTERVAL)
    since = len(terminal.written)
    message = f"needle{number:04d}"
    connection.execute(INSERT, {"message": message, "now": stamp()})
    committed = time.perf_counter()
    return terminal.wait_for(message.encode(), since) - committed
