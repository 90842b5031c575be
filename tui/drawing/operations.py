"""Draws the Operations screen: its tabs, one line a row of each, and the selected row in full."""

import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ...data.belongings import Belongings, Part
from ...data.operations import Entry, OperationsFacts
from ...data.operations import Line as TreeLine
from ...data.records import Record
from .. import numbers, parts
from ..line import BLANK, Align, Cell, Line, Span, columns, spread, width_of
from ..view import View

LABEL = 11
TITLE = 13
"""Where the title begins: behind the mark and the state."""

NARROWEST = 22
"""Cells a title keeps; columns leave before it is shorter."""

SINCE = 8
"""Cells of the last column with its gap."""


class Column(NamedTuple):
    """One column between the title and the age."""

    head: str
    width: int
    align: Align
    span: Callable[[Entry, View], Span]
    rank: int
    """The higher, the sooner it leaves where there is no room."""


def _text(name: str, token: str = "soft") -> Callable[[Entry, View], Span]:
    return lambda entry, view: (str(entry.values.get(name) or ""), token)


def _details_said(entry: Entry, view: View) -> Span:
    return (_said(entry.values.get("details")), "muted")


def _said(details: object) -> str:
    """A flat JSON object as words, without what is empty in it; anything else as it stands."""
    text = str(details or "")
    if not text.startswith("{"):
        return text
    try:
        found = json.loads(text)
    except ValueError:
        return text
    pairs = [f"{name} {value}" for name, value in found.items() if value not in _EMPTY]
    return ", ".join(pairs)


_EMPTY: tuple[object, ...] = (None, "", "[]", "{}", [], {})


def _count(name: str) -> Callable[[Entry, View], Span]:
    def span(entry: Entry, view: View) -> Span:
        value = entry.values.get(name)
        number = value if isinstance(value, int | float) else None
        return numbers.toned(numbers.count(number, view.glyphs), "ink" if number else "muted")

    return span


def _until(name: str) -> Callable[[Entry, View], Span]:
    def span(entry: Entry, view: View) -> Span:
        at = entry.values.get(name)
        if not isinstance(at, float):
            return (view.glyphs.nothing, "faint")
        if at < view.now:
            return ("past", "muted")
        return (numbers.countdown(at - view.now, view.glyphs, width=6), "ink")

    return span


def _ago(name: str) -> Callable[[Entry, View], Span]:
    def span(entry: Entry, view: View) -> Span:
        at = entry.values.get(name)
        ago = view.now - at if isinstance(at, float) else None
        return numbers.toned(numbers.age(ago, view.glyphs, width=6), "soft")

    return span


def _attempt(entry: Entry, view: View) -> Span:
    attempt, most = entry.values.get("attempt"), entry.values.get("of")
    if not isinstance(attempt, int | float) or attempt != attempt:
        return (view.glyphs.nothing, "faint")
    of = f"/{most:.0f}" if isinstance(most, int | float) and most == most else ""
    return (f"{attempt:.0f}{of}", "ink" if attempt > 1 else "muted")


def _where(entry: Entry, view: View) -> Span:
    return (entry.where, "muted")


_COLUMNS: dict[str, tuple[Column, ...]] = {
    "tasks": (
        Column("KIND", 9, "left", _text("kind", "muted"), 3),
        Column("RUN", 13, "left", _where, 2),
        Column("TRY", 5, "right", _attempt, 1),
        Column("WAKES", 7, "right", _until("wakes"), 2),
    ),
    "schedules": (
        Column("SPEC", 13, "left", _text("spec"), 1),
        Column("LAST", 7, "right", _ago("last"), 2),
        Column("NEXT", 7, "right", _until("next"), 0),
        Column("MISSED", 6, "right", _count("missed"), 1),
    ),
    "watchers": (
        Column("OUTCOME", 10, "left", _text("outcome"), 2),
        Column("ERRORS", 6, "right", _count("errors"), 0),
        Column("SUPPRESSED", 10, "right", _count("suppressed"), 1),
    ),
    "rules": (
        Column("LAST REASON", 22, "left", _text("reason", "muted"), 1),
        Column("PRIO", 4, "right", _count("priority"), 2),
        Column("HITS", 5, "right", _count("hits"), 0),
    ),
    "health": (
        Column("DETAILS", 24, "left", _details_said, 1),
        Column("VERSION", 7, "left", _text("version"), 2),
        Column("DUE", 6, "right", _until("due"), 0),
    ),
    "routing": (
        Column("DECISION", 20, "left", _text("decision", "ink"), 0),
        Column("LANE", 8, "left", _text("lane"), 1),
        Column("RISK", 8, "left", _text("risk", "muted"), 2),
    ),
    "checks": (
        Column("RUN", 13, "left", _where, 0),
        Column("OUTPUT", 26, "left", _text("output", "muted"), 1),
    ),
}

_TITLES = {
    "tasks": "TASK",
    "schedules": "SCHEDULE",
    "watchers": "WATCHER",
    "rules": "RULE",
    "health": "PART",
    "routing": "EVENT",
    "checks": "CHECK",
}

_SINCE = {"rules": "FIRED", "watchers": "TICKED", "routing": "AGO", "checks": "AGO"}


def tabs(facts: OperationsFacts | None, active: str, width: int, view: View) -> Line:
    """The tabs the source has, each with how many of its rows ask for attention."""
    if facts is None:
        return BLANK
    named = [*((tab.name, tab.urgent) for tab in facts.tabs), *_records_tab(facts)]
    shown = [_tab(name, urgent, name == active) for name, urgent in named]
    at = next((index for index, (name, _) in enumerate(named) if name == active), 0)
    first = 0
    # Where not all fit, those before the active one leave until it is in sight.
    while first < at and _tabs_width(shown[first : at + 1]) + 2 * (first > 0) > width - 2:
        first += 1
    spans: list[Span] = [(f"{view.glyphs.cut} ", "faint")] if first else []
    for index, tab in enumerate(shown[first:]):
        spans += [("  ", ""), *tab] if index else tab
    return columns(width, [Cell(1, width - 2, spans)])


def _tab(name: str, urgent: int, is_active: bool) -> list[Span]:
    spans: list[Span] = [(name, "bright bold underline" if is_active else "muted")]
    return [*spans, (f" {urgent}", "bright bold")] if urgent else spans


def _tabs_width(shown: Sequence[Sequence[Span]]) -> int:
    return sum(map(width_of, shown)) + 2 * (len(shown) - 1)


def _records_tab(facts: OperationsFacts) -> list[tuple[str, int]]:
    return [("records", 0)] if facts.records else []


def _shown(tab: str, width: int) -> tuple[int, list[Column]]:
    """Cells for the title, and the columns there is room for."""
    kept = list(_COLUMNS[tab])
    while kept and _title_room(kept, width) < NARROWEST:
        kept.remove(max(kept, key=lambda column: column.rank))
    return max(8, _title_room(kept, width)), kept


def _title_room(kept: Sequence[Column], width: int) -> int:
    return width - TITLE - SINCE - 1 - sum(column.width + 1 for column in kept)


def head(tab: str, width: int) -> Line:
    """The column heads of a tab."""
    if tab == "records":
        cells = [Cell(3, 28, [("TABLE", "muted")]), Cell(33, 9, [("ROWS", "muted")], "right")]
        return columns(width, [*cells, Cell(44, max(0, width - 45), [("HOLDS", "muted")])])
    if tab not in _COLUMNS:
        return BLANK
    room, kept = _shown(tab, width)
    placed = [Cell(3, 9, [("STATE", "muted")]), Cell(TITLE, room, [(_TITLES[tab], "muted")])]
    at = TITLE + room + 1
    for column in kept:
        placed.append(Cell(at, column.width, [(column.head, "muted")], column.align))
        at += column.width + 1
    last = (_SINCE.get(tab, "FOR"), "muted")
    return columns(width, [*placed, Cell(width - SINCE, SINCE - 1, [last], "right")])


def line(row: TreeLine, width: int, view: View) -> Line:
    """One row of a tab."""
    entry = row.entry
    room, kept = _shown(entry.tab, width)
    mark, word = state(entry, view)
    title = [parts.guides(row.lasts, view.glyphs), (entry.title, _title_token(entry, view))]
    if row.folded:
        title.append((f" +{row.folded}", "muted"))
    cells = [
        Cell(1, 1, [mark]),
        Cell(3, 9, [word]),
        Cell(TITLE, room, parts.cut_spans(title, room, view.glyphs)),
    ]
    at = TITLE + room + 1
    for column in kept:
        text, token = column.span(entry, view)
        span = (parts.cut(text, column.width, view.glyphs), token if view.is_live else "muted")
        cells.append(Cell(at, column.width, [span], column.align))
        at += column.width + 1
    return columns(width, [*cells, Cell(width - SINCE, SINCE - 1, [_since(entry, view)], "right")])


def _since(entry: Entry, view: View) -> Span:
    since = entry.standing.since
    ago = None if since is None else view.now - since
    age = numbers.age(ago, view.glyphs, width=SINCE - 1)
    return numbers.toned(age, "ink" if view.is_live and entry.standing.rank <= 5 else "muted")


def _title_token(entry: Entry, view: View) -> str:
    if not view.is_live or entry.standing.rank > 6:
        return "muted"
    return "bright bold" if entry.tab == "tasks" and not entry.parent else "ink"


_FACTS = ("FAILED", "DOWN", "ERRORS", "DEGRADED", "MISSED")


def state(entry: Entry, view: View) -> tuple[Span, Span]:
    """The mark and the word: doubt where the console infers it, red where a row says so."""
    standing, glyphs = entry.standing, view.glyphs
    word = standing.state
    if not view.is_live and word not in ("FAILED", "done"):
        return (glyphs.unknown, "muted"), (word.lower(), "muted")
    if standing.is_inferred:
        return (glyphs.alarm, "doubt"), (word, "doubt bold")
    if word in _FACTS:
        token = "bad" if view.is_live else "muted"
        return (glyphs.failed, token), (word, f"{token} bold" if view.is_live else token)
    mark, token = {
        "WAITING": (glyphs.waiting, "you bold"),
        "running": (glyphs.tool, "tool"),
        "paused": (glyphs.paused, "soft"),
        "done": (glyphs.done, "muted"),
        "passed": (glyphs.done, "muted"),
    }.get(word, (glyphs.idle, "muted" if standing.rank > 6 else "soft"))
    return (mark, token.removesuffix(" bold")), (word, token)


def record_line(record: Record, width: int, view: View) -> Line:
    """One table whose rows are on no other screen."""
    is_empty = record.rows == 0
    token = "muted" if is_empty else "bright bold"
    name: list[Span] = [(parts.cut(record.table, 28, view.glyphs), token)]
    rows: Span = (view.glyphs.nothing, "faint")
    if record.rows is not None:
        text = numbers.count(record.rows, view.glyphs)
        rows = (text, "ink") if record.is_exact else (f"~{text}", "soft")
        rows = (text, "faint") if is_empty else rows
    room = max(0, width - 45)
    says = record.says or ("a view" if record.is_view else "known to Tables only")
    cells = [
        Cell(3, 28, name),
        Cell(33, 9, [rows], "right"),
        Cell(44, room, [(parts.cut(says, room, view.glyphs), "faint" if is_empty else "muted")]),
    ]
    return columns(width, cells)


def details(
    entry: Entry | None, about: Belongings | None, width: int, height: int, view: View
) -> list[Line]:
    """The selected row: what it is, why it stands as it does, and everything known of it.

    `about`: the rows of other tables that belong to it.
    """
    if entry is None:
        return []
    margin = 2 if height > 8 else 1
    standing = entry.standing
    room = width - 2 * margin - 12
    title: list[Span] = [(parts.cut(entry.title, room, view.glyphs), "bright bold")]
    lines = [spread(title, [state(entry, view)[1]], width, margin=margin, gap=2)]
    pairs: list[tuple[str, str]] = []
    since = numbers.moment(standing.since, view.now, glyphs=view.glyphs)
    why = "inferred by this console" if standing.is_inferred else ""
    pairs.append(("since", since if standing.since is not None else ""))
    pairs.append(("why", ", ".join(filter(None, (standing.says, why)))))
    pairs.append(("run", entry.where))
    pairs += [(name, _value(name, value, view)) for name, value in entry.values.items()]
    told = [(label, text) for label, text in pairs if text]
    owned = about.parts if about is not None else ()
    if height <= 8:
        # Two facts to a line: the pane below the list is low and wide.
        if owned:
            told.insert(0, ("holds", _in_one(owned, width - LABEL - 2 * margin)))
        return [*lines, *_paired(told, width, margin, view)][:height]
    lines += [BLANK, *parts.details(told, width - margin, label_width=LABEL, margin=margin)]
    if owned:
        held = [(part.name, _told(part)) for part in owned]
        wide = min(max(LABEL, *(len(name) + 2 for name, _ in held)), width * 3 // 5)
        heading = columns(
            width, [Cell(margin, width - 2 * margin, [("belongs to it", "bright bold")])]
        )
        # A name never touches its count.
        named = [(parts.cut(name, wide - 2, view.glyphs), text) for name, text in held]
        pairs_held = parts.details(named, width - margin, label_width=wide, margin=margin)
        lines += [BLANK, heading, *pairs_held]
    return lines[:height]


def _in_one(owned: Sequence[Part], room: int) -> str:
    """All that belongs to it, in one line: what does not fit is counted."""
    said: list[str] = []
    for index, part in enumerate(owned):
        more = f"; +{len(owned) - index} more"
        text = f"{part.name} {_told(part)}"
        left = len(owned) - index - 1
        if width_of([("; ".join([*said, text]), "")]) + (len(more) if left else 0) > room:
            return "; ".join(said) + more if said else text
        said.append(text)
    return "; ".join(said)


def _told(part: Part) -> str:
    """How many rows, by state: `3 approved, 1 draft`."""
    if part.error:
        return part.error
    more = "+" if part.is_more else ""
    return ", ".join(f"{count:,}{more} {word}".rstrip() for word, count in part.words)


def _paired(told: Sequence[tuple[str, str]], width: int, margin: int, view: View) -> list[Line]:
    half = (width - 2 * margin) // 2
    short = [pair for pair in told if len(pair[1]) <= half - LABEL - 2]
    long = [pair for pair in told if pair not in short]
    lines = []
    for label, text in long[:2]:
        cut = parts.cut(text, width - LABEL - 2 * margin, view.glyphs)
        lines += parts.details([(label, [(cut, "ink")])], width, label_width=LABEL, margin=margin)
    for index in range(0, len(short), 2):
        cells = []
        for place, (label, text) in enumerate(short[index : index + 2]):
            start = margin + place * half
            cells.append(Cell(start, LABEL, [(label, "muted")]))
            cells.append(Cell(start + LABEL, half - LABEL - 1, [(text, "ink")]))
        lines.append(columns(width, cells))
    return lines


_MOMENTS = ("wakes", "started", "updated", "ended", "next", "last", "tick", "fired", "heard")


def _value(name: str, value: object, view: View) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, float) and name in (*_MOMENTS, "due", "at"):
        return numbers.moment(value, view.now, glyphs=view.glyphs)
    if isinstance(value, int | float):
        return numbers.count(value, view.glyphs)
    return _said(value) if name == "details" else str(value)


def record_details(record: Record, width: int, height: int, view: View) -> list[Line]:
    """The selected table."""
    margin = 2 if height > 8 else 1
    lines = [columns(width, [Cell(margin, width - 2 * margin, [(record.table, "bright bold")])])]
    says = record.says or "no screen was made for it"
    told = [("holds", says), ("opens", "in Tables, with every column")]
    if record.elsewhere:
        told.insert(1, ("elsewhere", record.elsewhere))
    return [*lines, *parts.details(told, width - margin, label_width=LABEL, margin=margin)][:height]
