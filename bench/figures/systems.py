"""Every screen on the files of the other systems: its tick, and its opening, large and small."""

import asyncio
import hashlib
import os
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from vedette.data import times
from vedette.data.headline import read_headline
from vedette.data.source import Question, Source, open_source
from vedette.tui.app import VedetteApp
from vedette.tui.glyphs import UNICODE
from vedette.tui.screens import PLACES
from vedette.tui.screens.base import ConsoleScreen
from vedette.tui.settings import Settings

from ..databases import QUICK, SMALL, folder
from ..programs import FRAME, console
from ..report import Figure
from ..terminal import Terminal

FORMS = (
    ("syris", "design"),
    ("syris", "coded"),
    ("amelia", "events"),
    ("amelia", "workflow_log"),
    ("amelia", "upgraded"),
    ("dossier", ""),
    ("tac", ""),
)
"""Builders of the tests, each with `big(path, events)` or `big(path, events, form)`."""

TICKS = 20
WARM = 60
"""Looks before those that count: the first ones read what later ones only add to, as costs do."""
TURNS = 2
"""Turns of all looks, and of all openings: the least of each is taken."""
CALM_SECONDS = 0.4
TARGET = 2.0

Screens = dict[str, float]
"""Seconds of processor time by the screen's name."""


def measure(large: str, small: str) -> Iterator[Figure]:
    """Two figures for each screen of each form: 1M events against 10k."""
    for name, form in FORMS:
        big, little = _file(name, form, QUICK), _file(name, form, SMALL)
        what = f"{name} {form}".strip()
        turns = [(_ticks(big), _ticks(little)) for _ in range(TURNS)]
        yield from _figures(f"{what}: tick of", turns)
        # The first turn warms the bytecode and the page cache.
        turns = [(_tour(big), _tour(little)) for _ in range(TURNS + 1)][1:]
        yield from _figures(f"{what}: opening", turns)


def _figures(what: str, turns: list[tuple[Screens, Screens]]) -> Iterator[Figure]:
    """The least of the turns on each side: whoever else uses the machine only ever adds to it."""
    for screen in turns[0][0]:
        ours = min(large[screen] for large, _ in turns)
        other = min(small[screen] for _, small in turns)
        raw = f"{ours * 1000:,.4g} ms against {other * 1000:,.4g} ms, least of {len(turns)} turns"
        yield Figure(f"{what} {screen}, 1M / 10k", ours / other, TARGET, raw=raw)


def _file(name: str, form: str, events: int) -> str:
    """The file of that form and size, made where its builder, as it stands, made none yet."""
    builder = import_module(f"tests.builders.{name}")
    mark = _mark(Path(str(builder.__file__)))
    path = folder() / f"{name}{form and '-'}{form}-{events}-{mark}.db"
    if not path.exists():
        # Made beside and moved: an interrupted run must not leave half a file.
        beside = folder() / f"making-{os.getpid()}.db"
        print(f"making {path} ({events:,} events, once) ...", file=sys.stderr, flush=True)
        builder.big(beside, events, *([form] if form else []))
        os.replace(beside, path)
    return str(path)


def _mark(module: Path) -> str:
    """What tells a builder and its schemas from those of another day."""
    schemas = sorted(module.parent.glob(f"{module.stem}*.sql"))
    parts = b"".join(part.read_bytes() for part in (module, *schemas))
    return hashlib.sha256(parts).hexdigest()[:8]


def _ticks(path: str) -> Screens:
    """What one look costs each screen once it is open: its own question and the headline."""
    source = open_source(path)
    try:
        now = _newest(source) + 60.0
        return {
            name: _tick(source, question, now)
            for name, question in asyncio.run(_questions(path, now)).items()
        }
    finally:
        source.close()


async def _questions(path: str, now: float) -> dict[str, Question[object]]:
    """What each screen that a key opens asks of this file, after it has seen a first answer."""
    app = VedetteApp(path, Settings(glyphs=UNICODE, mode="dark"), clock=lambda: now, polls=False)
    asked: dict[str, Question[object]] = {}
    async with app.run_test(size=(120, 40)) as pilot:
        for place in PLACES:
            if not place.key.isdigit():
                continue
            await app.go(place.name)
            await pilot.pause()
            screen = app.screen
            assert isinstance(screen, ConsoleScreen)
            asked[place.name] = screen.question()
    return asked


def _tick(source: Source, question: Question[object], now: float) -> float:
    taken = []
    for turn in range(WARM + TICKS):
        began = time.process_time()
        with source.reading():
            question(source, now + turn)
            read_headline(source, now + turn)
        taken.append(time.process_time() - began)
    return min(taken[WARM:])


def _newest(source: Source) -> float:
    rows = source.raw("status/newest_event")
    return (times.parse(str(rows[0][0])) if rows else None) or time.time()


def _tour(path: str) -> Screens:
    """Starts the console and opens each screen once, to its last byte."""
    taken: Screens = {}
    with Terminal(console(path)) as terminal:
        terminal.wait_for(FRAME)
        terminal.settle(CALM_SECONDS)
        taken["fleet"] = terminal.cpu()
        for place in PLACES:
            if place.key.isdigit() and place.name != "fleet":
                taken[place.name] = _open(terminal, place.key)
    return taken


def _open(terminal: Terminal, key: str) -> float:
    # What the screen before still reads is not this one's.
    terminal.settle(CALM_SECONDS)
    before, since = terminal.cpu(), len(terminal.written)
    terminal.send(key)
    terminal.wait_for(FRAME, since)
    terminal.settle()
    return terminal.cpu() - before
