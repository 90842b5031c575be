"""Millions of rows for the benchmark: thirty days of plain runs, written through the bulk door."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, repeat
from random import Random
from typing import Any

from ..recorder import Recorder
from .bulk_run import AGENTS, Run, run_rows, stamps
from .rows import tuples

ROWS = 10_000_000
"""Events; the other tables are in proportion."""

DAYS = 30 * 86_400.0
LAST_HOUR = 3_700.0
"""Seconds before the start that belong to the open fleet."""

PER_RUN = 2_500
PROMPTS = 42
CALLS = 84
"""Events, prompts and tool calls of one run."""

PER_LARGE_SPAN = 100
"""One run has a span for so many events of the whole file; a third of them are prompts."""

BATCH = 10_000
"""Events of one transaction, about: many more would outgrow the page cache."""

Tables = dict[str, list[tuple[Any, ...]]]

_Line = tuple[str, str, str]
"""Level, kind and message of an event."""

_USUAL: tuple[_Line, ...] = (
    ("info", "tool.start", "read_file"),
    ("info", "tool.end", "read_file"),
    ("debug", "llm.delta", "+212 tok"),
    ("debug", "llm.delta", "+96 tok"),
    ("info", "llm.start", "edit"),
    ("info", "llm.end", "edit"),
    ("debug", "heartbeat", "alive"),
    ("info", "progress", "half of the files are read"),
)
_RARE: tuple[_Line, ...] = (
    ("warn", "limit", "429, retry 1 of 8"),
    ("warn", "slow", "sql.query took 12 s"),
    ("warn", "retry", "the connection was closed, trying again"),
    ("error", "tool.end", "pytest: exit 1"),
)

Progress = Callable[[int, int], None]
"""Told how many events are written, and of how many."""


def write(
    recorder: Recorder, seed: int, rows: int, start: float, progress: Progress | None = None
) -> None:
    """Writes `rows` events and what belongs to them, from thirty days to an hour before `start`."""
    done = 0
    with _no_collection():
        for tables in _batches(Random(f"huge/{seed}"), rows, start):
            recorder.bulk(tables)
            done += len(tables["events"])
            if progress is not None:
                progress(done, rows)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Millions of tuples and not one cycle: looking for cycles would take a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _batches(random: Random, rows: int, start: float) -> Iterator[Tables]:
    lines = _lines(random)
    runs = max(1, round(rows / PER_RUN))
    seconds = (DAYS - LAST_HOUR) / runs
    tables: Tables = {}
    for number in range(runs):
        run = _run(number, start - DAYS + number * seconds, seconds)
        if number == runs - 1:
            spans = max(PROMPTS + CALLS, rows // PER_LARGE_SPAN)
            run = run._replace(prompts=spans // 3, calls=spans - spans // 3)
        for table, some in run_rows(random, run).items():
            tables.setdefault(table, []).extend(tuples(table, some))
        count = rows * (number + 1) // runs - rows * number // runs
        tables.setdefault("events", []).extend(_events(random, run, lines, count))
        if number == runs - 1 or len(tables["events"]) >= BATCH:
            yield tables
            tables = {}


def _run(number: int, began: float, seconds: float) -> Run:
    # One run after the other, with ids that grow: every index grows at its end.
    return Run(number, f"{int(began):08x}{number:05x}", began, seconds, PROMPTS, CALLS)


def _lines(random: Random) -> list[_Line]:
    """A thousand events as they follow one another; ten of them are trouble."""
    lines = random.choices(_USUAL, k=990) + random.choices(_RARE, k=10)
    random.shuffle(lines)
    return lines


def _events(random: Random, run: Run, lines: list[_Line], count: int) -> list[tuple[Any, ...]]:
    agents = (agent for agent in run.agents for _ in range(-(-count // AGENTS)))
    start = random.randrange(len(lines))
    columns = (cycle(column) for column in zip(*lines[start:], *lines[:start], strict=True))
    moments = stamps(run.began, run.seconds, count)
    # All in C: what is made here must take a fraction of what its writing takes.
    return list(zip(repeat(run.id), agents, *columns, repeat(None), moments, strict=False))
