"""Opening every screen, to its last byte, on the large database and on the small one."""

from collections.abc import Iterator
from statistics import median

from vedette.tui.screens import PLACES

from ..programs import FRAME, console
from ..report import Figure, Pair
from ..terminal import Terminal

TURNS = 5
CALM_SECONDS = 0.4

Taken = dict[str, tuple[float, float]]
"""Seconds of processor time and of waiting, by the screen's name."""


def measure(large: str, small: str) -> Iterator[Figure]:
    """One figure for each screen that a key opens."""
    turns = [(_tour(large), _tour(small)) for _ in range(TURNS + 1)][1:]
    for name in turns[0][0]:
        cpus = Pair([a[name][0] for a, _ in turns], [b[name][0] for _, b in turns])
        waits = [median(tour[name][1] * 1000 for tour in side) for side in zip(*turns, strict=True)]
        yield Figure(
            f"opening {name}, large / small",
            cpus.ratio,
            1.5,
            raw=f"processor {cpus.raw('ms', 1000)}; "
            f"waited {waits[0]:.0f} against {waits[1]:.0f} ms",
        )


def _tour(path: str) -> Taken:
    """Starts the console and opens each screen once."""
    taken: Taken = {}
    with Terminal(console(path)) as terminal:
        terminal.wait_for(b"fix-auth")
        taken["fleet"] = terminal.cpu(), terminal.last_write - terminal.started
        for place in PLACES:
            if place.key and place.name != "fleet":
                taken[place.name] = _open(terminal, place.key, place.name)
    return taken


def _open(terminal: Terminal, key: str, name: str) -> tuple[float, float]:
    # What the screen before still reads is not this one's.
    terminal.settle(CALM_SECONDS)
    before, since = terminal.cpu(), len(terminal.written)
    pressed = terminal.send(key)
    terminal.wait_for(FRAME, since)
    terminal.settle()
    return terminal.cpu() - before, terminal.last_write - pressed
