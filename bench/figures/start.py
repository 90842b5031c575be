"""exec to the first frame with data, against an empty Textual app's first frame."""

import sys
from collections.abc import Iterator, Sequence

from ..programs import FRAME, console
from ..report import Figure, Pair
from ..terminal import Terminal

TURNS = 15

EMPTY = (sys.executable, "-c", "from textual.app import App; App().run()")

DATA = b"fix-auth"
"""A run of the fleet: where it stands, the frame shows the file's rows."""


def measure(large: str, small: str) -> Iterator[Figure]:
    """One figure, on the large database."""
    ours: list[tuple[float, float]] = []
    empty: list[tuple[float, float]] = []
    for turn in range(TURNS + 1):
        taken = _first(console(large), DATA), _first(EMPTY, FRAME)
        if turn:
            # The first turn warms the caches of both.
            ours.append(taken[0])
            empty.append(taken[1])
    walls = Pair([wall for wall, _ in ours], [wall for wall, _ in empty])
    cpus = Pair([cpu for _, cpu in ours], [cpu for _, cpu in empty])
    yield Figure(
        "exec to first data frame / empty Textual app's",
        walls.ratio,
        1.8,
        raw=f"{walls.raw('ms', 1000)}; processor {cpus.ratio:.2f}: {cpus.raw('ms', 1000)}",
    )


def _first(command: Sequence[str], sign: bytes) -> tuple[float, float]:
    """Seconds from exec until the sign was written, and the processor's seconds by then."""
    with Terminal(command) as terminal:
        seen = terminal.wait_for(sign)
        return seen - terminal.started, terminal.cpu()
