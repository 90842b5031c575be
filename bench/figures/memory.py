"""Resident memory with the large database open, after every screen was visited."""

from collections.abc import Iterator

from vedette.tui.screens import PLACES

from ..programs import console
from ..report import Figure
from ..terminal import Terminal


def measure(large: str, small: str) -> Iterator[Figure]:
    """One figure; the fleet alone stands beside it."""
    with Terminal(console(large)) as terminal:
        terminal.wait_for(b"fix-auth")
        terminal.settle(1.0)
        alone = terminal.resident()
        each: list[str] = []
        for place in PLACES:
            if place.key:
                terminal.send(place.key)
                terminal.settle(0.7)
                each.append(f"{place.name} {terminal.resident():.0f}")
        terminal.send("1")
        terminal.settle(1.0)
        after = terminal.resident()
    yield Figure(
        "resident memory, large, every screen visited",
        after,
        80.0,
        "MB",
        f"fleet alone {alone:.1f} MB; on the way: {', '.join(each)}",
    )
