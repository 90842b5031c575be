"""Every screen on the files of the other systems: its tick, and its opening, large and small."""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from statistics import median

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
from ..report import Figure, Pair
from ..terminal import Terminal

SYSTEMS = ("dossier", "tac", "syris", "amelia")
"""Builders of the tests, each with `big(path, events)`; one without it is left out, and said."""

TICKS = 40
WARM = 150
"""Looks before those that count: the first ones read what later ones only add to, as costs do."""
TOURS = 3
CALM_SECONDS = 0.4
TARGET = 2.0

Screens = dict[str, float]
"""Seconds of processor time by the screen's name."""


def measure(large: str, small: str) -> Iterator[Figure]:
    """Two figures for each screen of each system: 1M events against 10k."""
    for name in SYSTEMS:
        files = _file(name, QUICK), _file(name, SMALL)
        if None in files:
            print(f"no large file can be made of {name}", file=sys.stderr, flush=True)
            continue
        big, little = (path or "" for path in files)
        yield from _figures(f"{name}: tick of", [(_ticks(big), _ticks(little))])
        # The first turn warms the bytecode and the page cache.
        turns = [(_tour(big), _tour(little)) for _ in range(TOURS + 1)][1:]
        yield from _figures(f"{name}: opening", turns)


def _figures(what: str, turns: list[tuple[Screens, Screens]]) -> Iterator[Figure]:
    for screen in turns[0][0]:
        pair = Pair([ours[screen] for ours, _ in turns], [other[screen] for _, other in turns])
        yield Figure(f"{what} {screen}, 1M / 10k", pair.ratio, TARGET, raw=pair.raw("ms", 1000))


def _file(name: str, events: int) -> str | None:
    """The system's file of that size, made where it is not there yet; None: nobody can make it."""
    try:
        builder = import_module(f"tests.builders.{name}")
    except ModuleNotFoundError:
        return None
    if not hasattr(builder, "big"):
        return None
    path = folder() / f"{name}-{events}.db"
    if not path.exists():
        # Made beside and moved: an interrupted run must not leave half a file.
        beside = folder() / f"making-{os.getpid()}.db"
        print(f"making {path} ({events:,} events, once) ...", file=sys.stderr, flush=True)
        builder.big(beside, events)
        os.replace(beside, path)
    return str(path)


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
    return median(taken[WARM:])


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
