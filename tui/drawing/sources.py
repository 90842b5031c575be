"""Draws the Sources screen: the file, its writers, what it lacks, and what the console costs it."""

from collections.abc import Sequence
from typing import NamedTuple

from ...data.freshness import Freshness
from ...data.poller import Cost
from ...data.sources import SourceFacts, WriterFacts
from ...data.unknown_words import NEWEST, UnknownWords
from .. import numbers, parts
from ..frame import word_spans
from ..line import BLANK, Cell, Line, Span, columns
from ..view import View

LABEL = 14


class OwnCost(NamedTuple):
    """What the console itself uses: seconds of CPU in all, bytes of memory and to the terminal."""

    cpu_seconds: float
    up_seconds: float
    memory: int
    written: int


class SourceRow(NamedTuple):
    """One of several sources, in a row."""

    name: str
    is_read: bool
    """Whether it is the one that screens of one source read."""
    fresh: Freshness
    facts: SourceFacts | None
    """What it brought last; None: it never answered."""
    read_ms: float | None
    """How long a read of it takes, the median of the last ones."""


def table(rows: Sequence[SourceRow], width: int, view: View) -> list[Line]:
    """Several sources, each with its own word; what is wrong with one stands in its row."""
    name = min(24, max(7, *(len(row.name) for row in rows)) + 2)
    at = name + 18
    heading = [
        Cell(1, name, [("sources", "bright bold")]),
        Cell(at, 18, [("SYSTEM", "muted")]),
        Cell(at + 19, 9, [("SIZE", "muted")], "right"),
        Cell(at + 29, 9, [("READ MS", "muted")], "right"),
        Cell(at + 39, 9, [("NEWEST", "muted")], "right"),
    ]
    return [columns(width, heading), *(_row(row, name, at, width, view) for row in rows), BLANK]


def _row(row: SourceRow, name: int, at: int, width: int, view: View) -> Line:
    shown = parts.cut(row.name, name - 2, view.glyphs)
    cells = [
        Cell(1, 1, [(view.glyphs.path if row.is_read else "", "bright bold")]),
        Cell(3, name - 2, [(shown, "bright bold" if row.is_read else "ink")]),
        Cell(name + 3, 14, word_spans(row.fresh)),
    ]
    if row.fresh.fault is not None:
        return columns(width, [*cells, Cell(at, width - at - 1, [(row.fresh.fault.title, "bad")])])
    if row.facts is None:
        return columns(width, cells)
    newest = view.glyphs.nothing
    if row.facts.newest_row is not None:
        newest = numbers.age(view.now - row.facts.newest_row, view.glyphs)
    read = view.glyphs.nothing if row.read_ms is None else f"{row.read_ms:.1f}"
    cells += [
        Cell(at, 18, [(parts.cut(row.facts.label, 18, view.glyphs), "ink")]),
        Cell(at + 19, 9, [(numbers.size(row.facts.size), "ink")], "right"),
        Cell(at + 29, 9, [(read, "ink")], "right"),
        Cell(at + 39, 9, [(newest, "ink")], "right"),
    ]
    return columns(width, cells)


def median(values: Sequence[float]) -> float | None:
    """The middle one; None of none."""
    return sorted(values)[len(values) // 2] if values else None


def lines(
    facts: SourceFacts | None,
    cost: Cost,
    own: OwnCost,
    fresh: Freshness,
    interval: float,
    width: int,
    view: View,
) -> list[Line]:
    """The whole screen as lines; it scrolls where it does not fit."""
    found: list[Line] = []
    if fresh.fault is not None:
        found += _section("fault", _fault(fresh), width)
    if facts is not None:
        found += _section("file", _file(facts, width, view), width)
        found += _writers(facts.writers, width, view)
    if facts is not None:
        found += _section("words that Vedette does not know", _words(facts.unknown), width)
    found += _section("this console", _own(cost, own, interval, view), width)
    if facts is not None:
        notes: list[tuple[str, Sequence[Span] | str]] = [("note", note) for note in facts.notes]
        lacks = [(name, why) for name, why in facts.lacks]
        found += _section("what this source does not record", [*notes, *lacks], width)
    return found


Pairs = Sequence[tuple[str, Sequence[Span] | str]]


def _section(title: str, pairs: Pairs, width: int) -> list[Line]:
    if not pairs:
        return []
    heading = columns(width, [Cell(1, width - 2, [(title, "bright bold")])])
    return [heading, *parts.details(pairs, width, label_width=LABEL, margin=1), BLANK]


def _fault(fresh: Freshness) -> Pairs:
    assert fresh.fault is not None
    return [
        ("what", [(fresh.fault.title, "bad")]),
        ("do", [(fresh.fault.hint, "ink")]),
        ("looks failed", [(numbers.count(fresh.attempts), "ink")]),
    ]


def _file(facts: SourceFacts, width: int, view: View) -> Pairs:
    size: list[Span] = [(numbers.size(facts.size), "ink")]
    if facts.wal_size >= 0:
        big = facts.wal_size > max(64_000_000, facts.size)
        size += [("   wal ", "muted"), (numbers.size(facts.wal_size), "you bold" if big else "ink")]
    newest = numbers.age(view.now - facts.newest_row) if facts.newest_row is not None else "none"
    rate = facts.events_per_second
    return [
        ("path", [(parts.cut_path(facts.path, width - LABEL - 2, view.glyphs), "ink")]),
        ("system", [(facts.label, "ink"), (f"   journal {facts.journal_mode}", "muted")]),
        ("size", size),
        (
            "newest event",
            [(newest, "ink"), (" ago" if facts.newest_row is not None else "", "muted")],
        ),
        (
            "events/s",
            [numbers.toned(view.glyphs.nothing if rate is None else f"{rate:.1f}", "ink")],
        ),
        ("data_version", [(str(facts.data_version), "ink")]),
    ]


def _words(unknown: UnknownWords) -> Pairs:
    """What stands in columns whose words are listed, and is not listed."""
    if not unknown.rows:
        return []
    by_column: dict[str, list[str]] = {}
    for column, word, count in unknown.words:
        by_column.setdefault(column, []).append(f"'{word}' ×{count:,}")
    noun = "row has" if unknown.rows == 1 else "rows have"
    counted = f"{unknown.rows:,} {noun} one, of the newest {NEWEST:,} of each table"
    told = [("in", f"{column}   {', '.join(words)}") for column, words in by_column.items()]
    as_it_is = "shown as written; a status of them is never taken for done"
    return [("counted", [(counted, "you bold")]), *told, ("shown", as_it_is)]


_STATES = {"running": "ok", "lost": "doubt bold", "crashed": "bad", "closed": "muted"}


def _writers(writers: Sequence[WriterFacts], width: int, view: View) -> list[Line]:
    if not writers:
        return []
    rows = [columns(width, [Cell(1, 20, [("writers", "bright bold")])])]
    for writer in writers:
        heard = numbers.age(view.now - writer.heard) if writer.heard is not None else "—"
        dropped: list[Span] = [("0 dropped", "muted")]
        if writer.dropped:
            dropped = [(f"{writer.dropped:,} dropped", "you bold")]
        cells = [
            Cell(1, 8, [(writer.state, _STATES.get(writer.state, "ink"))]),
            Cell(10, 10, [(f"pid {writer.pid}", "ink")]),
            Cell(21, 9, [(heard, "ink")], "right"),
            Cell(31, 4, [("ago", "muted")]),
            Cell(36, 14, dropped),
            Cell(51, max(0, width - 52), [(f"{writer.program} {writer.host}", "muted")]),
        ]
        rows.append(columns(width, cells))
    return [*rows, BLANK]


def _own(cost: Cost, own: OwnCost, interval: float, view: View) -> Pairs:
    recent = sorted(cost.recent_ms)
    middle = median(recent) or 0.0
    slow = recent[int(len(recent) * 0.95)] if recent else 0.0
    share = own.cpu_seconds / own.up_seconds if own.up_seconds > 0 else 0.0
    return [
        ("looks", [(f"{cost.looks:,}", "ink"), (f"   every {interval:g} s", "muted")]),
        ("reads", [(f"{cost.reads:,}", "ink"), ("   only when something moved", "muted")]),
        (
            "held a read",
            [(f"{middle:.1f} ms", "ink"), ("  p95 ", "muted"), (f"{slow:.1f} ms", "ink")],
        ),
        (
            "failed looks",
            [(f"{cost.failures:,}", "ink"), (f"   reopened {cost.reopened:,}", "muted")],
        ),
        ("cpu", [(f"{share * 100:.1f}%", "ink"), (" of one core since start", "muted")]),
        ("memory", [(numbers.size(own.memory), "ink")]),
        ("to terminal", [(numbers.size(own.written), "ink"), (" in all", "muted")]),
    ]
