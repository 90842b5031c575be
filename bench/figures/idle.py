"""What the console costs while nothing happens: bytes to the terminal, and processor time."""

from collections.abc import Iterator
from statistics import median

from ..fixtures import finished_runs
from ..programs import console
from ..report import Figure
from ..terminal import Terminal

SECONDS = 10.0
WINDOWS = 3


def measure(large: str, small: str) -> Iterator[Figure]:
    """Two figures, on runs that are all over; beside them the large database's open fleet."""
    with finished_runs() as path:
        quiet = _windows(path)
    fleet = _windows(large)
    yield Figure(
        "idle: bytes to the terminal",
        median(count for count, _ in quiet),
        0.0,
        "B/s",
        f"windows of {SECONDS:.0f} s: {_each(quiet, 0)}; counting ages, large: {_each(fleet, 0)}",
    )
    yield Figure(
        "idle: processor time",
        median(cpu for _, cpu in quiet),
        5.0,
        "ms/s",
        f"windows of {SECONDS:.0f} s: {_each(quiet, 1)}; counting ages, large: {_each(fleet, 1)}",
    )


def _windows(path: str) -> list[tuple[float, float]]:
    """Bytes and milliseconds of processor time per second, of each window."""
    with Terminal(console(path)) as terminal:
        terminal.wait_for(b"Fleet")
        terminal.settle()
        terminal.read_for(2.0)
        return [_window(terminal) for _ in range(WINDOWS)]


def _window(terminal: Terminal) -> tuple[float, float]:
    before = terminal.cpu()
    count = terminal.read_for(SECONDS)
    return count / SECONDS, (terminal.cpu() - before) * 1000 / SECONDS


def _each(windows: list[tuple[float, float]], at: int) -> str:
    return " ".join(f"{window[at]:.3g}" for window in windows)
