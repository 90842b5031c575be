"""Keys on a run of a hundred thousand spans: how soon they paint, and what a page weighs."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from statistics import median
from typing import NamedTuple

from ..programs import console
from ..report import Figure, percentile
from ..terminal import Terminal

KEYS = ("j", "k", "\x04", "\x15", "\x1b[6~", "\x1b[5~", "G", "g")
ROUNDS = 12
SHOWN = b"where the time went"
UNFOLD = "j" + "lj" * 8 + "g"
"""Opens the root agent and those below it: large runs come folded."""

PAINTED = 0.005
"""Seconds without a byte after which one paint is over; what a pane reads comes as another."""
PAGE_DOWN, PAGE_UP = "\x1b[6~", "\x1b[5~"

LARGEST = """
SELECT run_id, count(*) AS spans
FROM tool_calls
WHERE seq > (SELECT max(seq) FROM tool_calls) - 60000
GROUP BY run_id
ORDER BY spans DESC
LIMIT 1
"""


class Press(NamedTuple):
    """What a key brought, in seconds."""

    painted: float
    """Until the list was painted."""
    settled: float
    """Until the last byte, with what the panes had to read."""
    cpu: float


def measure(large: str, small: str) -> Iterator[Figure]:
    """Two figures, on the largest run of the large database."""
    with closing(sqlite3.connect(f"file:{large}?mode=ro", uri=True)) as connection:
        run_id, _ = connection.execute(LARGEST).fetchone()
        spans = sum(
            connection.execute(statement, (run_id,)).fetchone()[0]
            for statement in (
                "SELECT count(*) FROM tool_calls WHERE run_id = ?",
                "SELECT count(*) FROM prompts WHERE run_id = ?",
            )
        )
    with Terminal(console(large)) as terminal:
        terminal.wait_for(b"fix-auth")
        terminal.settle()
        terminal.send(":")
        terminal.settle()
        terminal.send(f"run {run_id}\r")
        terminal.wait_for(SHOWN)
        terminal.settle(0.3)
        for key in UNFOLD:
            terminal.send(key)
            terminal.settle()
        taken = [_press(terminal, key) for _ in range(ROUNDS) for key in KEYS]
        pages = [_weigh(terminal, key) for key in (PAGE_DOWN, PAGE_DOWN, PAGE_UP) * 3]
        frames = [_frame(terminal) for _ in range(3)]
    paints = [press.painted * 1000 for press in taken]
    settled = percentile([press.settled * 1000 for press in taken], 0.95)
    processor = percentile([press.cpu * 1000 for press in taken], 0.95)
    yield Figure(
        f"key to paint, run of {spans:,} spans, p95",
        percentile(paints, 0.95),
        50.0,
        "ms",
        f"median {median(paints):.1f} ms, most {max(paints):.1f} ms, {len(taken)} keys; to the "
        f"last byte of every pane p95 {settled:.0f} ms; processor p95 {processor:.1f} ms",
    )
    yield Figure(
        "bytes of a page key / one frame",
        max(pages) / min(frames),
        1.2,
        raw=f"pages {min(pages):,} to {max(pages):,} B, frame {min(frames):,} B",
    )


def _press(terminal: Terminal, key: str) -> Press:
    """Presses a key and waits until all that it brought is there."""
    terminal.settle()
    before = terminal.cpu()
    pressed = terminal.send(key)
    terminal.read(0.5)
    terminal.settle(PAINTED)
    painted = terminal.last_write
    terminal.settle(0.2)
    last = terminal.last_write
    return Press(max(0.0, painted - pressed), max(0.0, last - pressed), terminal.cpu() - before)


def _weigh(terminal: Terminal, key: str) -> int:
    terminal.settle()
    since = len(terminal.written)
    terminal.send(key)
    terminal.read(0.5)
    terminal.settle(0.2)
    return len(terminal.written) - since


def _frame(terminal: Terminal) -> int:
    """The bytes of one whole frame: coming back from the help paints every cell."""
    terminal.send("?")
    terminal.settle(0.3)
    return _weigh(terminal, "\x1b")
