"""What is written to the terminal when one row of a list changes."""

import sqlite3
from collections.abc import Iterator

from ..fixtures import TITLES, finished_runs, stamp, writer
from ..programs import console
from ..report import Figure
from ..terminal import Terminal

TURNS = 9

CHANGE = """
UPDATE agents
SET cost_micros = cost_micros + :micros
WHERE
    run_id = (SELECT id FROM runs WHERE title = :title)
    AND name = 'coder'
"""
TOUCH = """
UPDATE runs
SET updated_at = :now
WHERE title = :title
"""


def measure(large: str, small: str) -> Iterator[Figure]:
    """One figure: an agent's cost grows, in the fleet at 120 by 40."""
    with (
        finished_runs() as path,
        writer(path) as connection,
        Terminal(console(path)) as terminal,
    ):
        terminal.wait_for(TITLES[0].encode())
        terminal.settle()
        counts = [_change(terminal, connection, turn) for turn in range(TURNS)]
    yield Figure(
        "bytes for one changed row, 120x40",
        min(counts),
        500,
        "B",
        f"{TURNS} turns; up to {max(counts)} B where the ages of the {len(TITLES) - 1} other rows "
        f"moved in the same look",
    )


def _change(terminal: Terminal, connection: sqlite3.Connection, turn: int) -> int:
    """The bytes written for one change, whatever they show."""
    facts = {"title": TITLES[2], "micros": 170_000 * (turn + 1), "now": stamp()}
    since = len(terminal.written)
    connection.execute("BEGIN")
    connection.execute(CHANGE, facts)
    connection.execute(TOUCH, facts)
    connection.execute("COMMIT")
    terminal.wait_for(b"\x1b[", since)
    terminal.settle()
    return len(terminal.written) - since
