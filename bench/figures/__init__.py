"""The figures by name: each module measures one and is run by itself or with all."""

from collections.abc import Callable, Iterator
from importlib import import_module

from ..report import Figure

NAMES = (
    "start",
    "idle",
    "tick",
    "screens",
    "latency",
    "row",
    "keys",
    "memory",
    "wal",
    "command",
    "recorder",
    "gate",
    "hooks",
    "systems",
)

OWN_FILES = frozenset({"gate", "hooks", "systems"})
"""Figures that make files of their own, and need none of the large databases."""

Measure = Callable[[str, str], Iterator[Figure]]
"""Given the paths of the large and the small database, yields what was measured."""


def figures(name: str) -> Measure:
    """What measures the figures of that name."""
    measure: Measure = import_module(f".{name}", __name__).measure
    return measure
