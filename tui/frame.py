"""The frame of every screen: identity, needs-you, breadcrumb, message and keys, a line each."""

import re
import time
from collections.abc import Iterable, Sequence

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from ..data.freshness import Freshness
from ..data.headline import Headline
from . import numbers, parts
from .glyphs import UNICODE, Glyphs
from .line import BLANK, Line, Span, cells_of, spread, width_of
from .view import View
from .widgets.strips import differing_cells, palette_of, strip_of

BADGE_TOKENS = {
    "you": ("on-you bold on you-fill", "you-tint"),
    "doubt": ("on-fill bold on doubt", "doubt-tint"),
    "bad": ("on-fill bold on bad", "bad-tint"),
}
"""A bar's kind: the tokens of its badge, and its ground."""


_SHORTEST = 8
"""Cells that are left of a crumb however narrow it is."""

BRIEF = 60
"""Columns below which row 2 says only how many and how long yet."""


class OneLine(Widget):
    """One row of the frame; only the cells that differ are painted."""

    DEFAULT_CSS = "OneLine { height: 1; width: 1fr; }"

    def __init__(self, *, id: str | None = None, ground: str = "ground") -> None:  # noqa: A002
        super().__init__(id=id)
        self._line = BLANK
        self._ground = ground
        self._strip: Strip | None = None

    @property
    def line(self) -> Line:
        """What the row shows."""
        return self._line

    @line.setter
    def line(self, line: Line) -> None:
        if line == self._line:
            return
        self._line = line
        before, self._strip = self._strip, None
        width = self.size.width
        if before is None or before.cell_length != width:
            self.refresh()
            return
        cells = differing_cells(before, self._drawn())
        if cells is not None:
            self.refresh(Region(cells[0], 0, cells[1] - cells[0], 1))

    def render_line(self, y: int) -> Strip:
        """The row as a strip of exactly the widget's width."""
        return self._drawn()

    def notify_style_update(self) -> None:
        """Another theme: the row is coloured anew."""
        super().notify_style_update()
        self._strip = None

    def _drawn(self) -> Strip:
        width = self.size.width
        if self._strip is None or self._strip.cell_length != width:
            self._strip = strip_of(self._line, width, palette_of(self.app), ground=self._ground)
        return self._strip


def facts(*groups: Iterable[Span]) -> tuple[Span, ...]:
    """Groups of spans, three cells apart."""
    spans: list[Span] = []
    for group in groups:
        if spans:
            spans.append(("   ", "ink"))
        spans.extend(group)
    return tuple(spans)


def identity_line(
    groups: Sequence[Sequence[Span]],
    right: Sequence[Span],
    width: int,
    glyphs: Glyphs = UNICODE,
) -> Line:
    """Row 1: `vedette` and what is open, facts that leave from the right end, freshness, clock."""
    # Two margins, and three cells between the facts and the freshness.
    room = width - 5 - width_of(right)
    kept = list(groups)
    while len(kept) > 1 and width_of(facts(*kept)) > room:
        kept.pop()
    return spread(parts.cut_spans(facts(*kept), room, glyphs), right, width)


_FRESH_TOKENS = {
    "LIVE": "ok bold",
    "WATCHING": "ok bold",
    "READING": "muted",
    "FROZEN": "doubt bold",
    "REPLAY": "doubt bold",
    "STALE": "doubt bold",
    "RETRY": "bad bold",
    "NO FILE": "bad bold",
}


def freshness_spans(
    fresh: Freshness, now: float, interval: float, *, calm: bool, source: str = ""
) -> list[Span]:
    """The freshness word, its age and the clock; of several sources, which one it is of.

    `calm`: nothing on screen is counting, so the clock shows no seconds and nothing is written to
    the terminal. While looks succeed the age is that of a whole interval: it is never older.
    """
    clock = time.strftime("%H:%M" if calm else "%H:%M:%S", time.localtime(now))
    return [
        *([(f"{source} ", "ink")] if source else []),
        (fresh.word, _FRESH_TOKENS[fresh.word]),
        *_age(fresh, interval),
        (f"   {clock:>8}", "ink"),
    ]


def _age(fresh: Freshness, interval: float) -> list[Span]:
    match fresh.word:
        case "LIVE":
            return [(f" {interval:.1f}s", "muted")]
        case "FROZEN":
            return [(f" +{numbers.count(fresh.arrived)}", "muted")]
        case "RETRY":
            return [(f" {fresh.attempts}", "muted")]
        case "STALE" | "REPLAY":
            return [(f" {numbers.age(fresh.age)}", "ink")]
    return []


def needs_line(headline: Headline, fresh: Freshness, view: View, width: int) -> Line:
    """Row 2: what needs a person; or, when the view is not live, what is wrong with it."""
    if _is_silent(fresh):
        return fault_line(fresh, view, width)
    groups = _needs(headline, view, is_brief=width < BRIEF)
    if not groups:
        return spread([("nothing needs you", "muted")], [], width)
    return bar("you", "NEEDS YOU", groups, [("! ", "bright bold"), ("next", "muted")], width)


def merged_needs_line(
    headline: Headline,
    sources: Sequence[tuple[str, Freshness]],
    shown: tuple[str, Freshness],
    view: View,
    width: int,
    *,
    is_of_one: bool,
) -> Line:
    """Row 2 over several sources by name: what needs a person, and which of them tell nothing.

    `shown` is the one that row 1 speaks of. Where the screen is of that one alone and it tells
    nothing, nothing else on the screen matters.
    """
    name, fresh = shown
    groups = _needs(headline, view, is_brief=width < BRIEF)
    has_live = any(each.is_live for _, each in sources)
    if _is_silent(fresh) and (is_of_one or not has_live or not groups):
        return fault_line(fresh, view, width, name)
    silent = [_silent(*each) for each in sources if _is_silent(each[1])]
    if not groups:
        return spread(facts([("nothing needs you", "muted")], *silent), [], width)
    right: list[Span] = [("! ", "bright bold"), ("next", "muted")]
    return bar("you", "NEEDS YOU", [*groups, *silent], right, width)


def _is_silent(fresh: Freshness) -> bool:
    return fresh.word not in ("LIVE", "READING")


def _silent(name: str, fresh: Freshness) -> list[Span]:
    return [(f"{name} ", "ink"), (fresh.word, _FRESH_TOKENS[fresh.word])]


def word_spans(fresh: Freshness) -> list[Span]:
    """One source's freshness in a row: its word, and how old what is known of it is."""
    word: list[Span] = [(fresh.word, _FRESH_TOKENS[fresh.word])]
    if fresh.word in ("LIVE", "READING"):
        return word
    return [*word, (f" {numbers.age(fresh.age)}", "ink")]


def _needs(headline: Headline, view: View, *, is_brief: bool) -> list[list[Span]]:
    groups: list[list[Span]] = []
    gates = len(headline.approvals)
    if gates:
        groups.append(_counted(gates, "approval"))
        if headline.late:
            late = numbers.count(len(headline.late))
            groups[-1] += [("  ", ""), (late, "bright bold"), (" overdue", "you bold")]
        if headline.next_expiry is not None:
            left = numbers.age(headline.next_expiry - view.now)
            groups[-1] += [
                ("  " if is_brief else "  next expires in ", "muted"),
                (left, "you bold"),
            ]
    critical, others = headline.count("critical"), 0
    others = sum(headline.count(severity) for severity in ("error", "warning"))
    if critical:
        groups.append([*_counted(critical, "alarm"), (" CRIT", "bad bold")])
    if others:
        groups.append([*_counted(others, "alarm"), (" warn", "you bold")])
    return groups


_FOLDERS = re.compile(r"(?<!\S)/(?:[^/\s]+/)+")
"""The folders of a path: row 1 names the file, and what is wrong with it must fit."""


def _counted(count: int, noun: str) -> list[Span]:
    return [(numbers.count(count), "bright bold"), (f" {noun}{'' if count == 1 else 's'}", "ink")]


def fault_line(fresh: Freshness, view: View, width: int, source: str = "") -> Line:
    """Row 2 of a view that is not live: the fact, since when, and what to press.

    `source` is its name where several are watched.
    """
    since = time.strftime("%H:%M:%S", time.localtime(fresh.since))
    look_now: list[Span] = [("ctrl+r ", "bright bold"), ("look now", "muted")]
    if fresh.word == "FROZEN":
        arrived: list[Span] = [
            (numbers.count(fresh.arrived), "bright bold"),
            (" events arrived since ", "ink"),
            (since, "bright bold"),
        ]
        return bar("doubt", "FROZEN", [arrived], [("p ", "bright bold"), ("go on", "muted")], width)
    if fresh.fault is not None:
        wait = max(0, round(fresh.next_look - view.now))
        groups: list[list[Span]] = [[(_FOLDERS.sub("", fresh.fault.title), "ink")]]
        if source and source not in fresh.fault.title:
            groups.insert(0, [(source, "bright bold")])
        if wait:
            groups.append([(f"next look in {wait}s", "muted")])
        badge = "NO FILE" if fresh.word == "NO FILE" else "FAULT"
        return bar("bad", badge, groups, look_now, width, view.glyphs)
    stale: list[Span] = [("since ", "ink"), (since, "bright bold")]
    if source:
        stale[:0] = [(source, "bright bold"), (" ", "")]
    return bar("doubt", "NO NEW ROWS", [stale, [("reads work", "ink")]], look_now, width)


def bar(
    kind: str,
    badge: str,
    groups: Sequence[Sequence[Span]],
    right: Sequence[Span],
    width: int,
    glyphs: Glyphs = UNICODE,
) -> Line:
    """A tinted bar over the full width: a badge from column 0, facts, and what to press."""
    badge_token, ground = BADGE_TOKENS[kind]
    word = f" {badge} "
    rest = width - len(word)
    kept = list(groups)
    room = rest - 6 - width_of(right)
    while len(kept) > 1 and width_of(facts(*kept)) > room:
        kept.pop()
    inside = spread([(" ", ""), *parts.cut_spans(facts(*kept), room, glyphs)], right, rest)
    return Line(((word, badge_token), *inside.spans), ground)


def crumb_line(
    crumbs: Sequence[str], values: Sequence[tuple[str, str]], number: str, view: View, width: int
) -> Line:
    """Row 3: where this is, and its window, filter and sort with the screen's number."""
    left = _path(crumbs, view)
    right: list[Span] = []
    for label, value in values:
        right += [(f"{label} ", "muted"), (value, "ink"), ("  ", "ink")]
    right.append((number, "bright bold"))
    # Two margins, and three cells between.
    while width_of(left) + width_of(right) + 5 > width and len(right) > 3:
        del right[:3]
    if (over := width_of(left) + width_of(right) + 5 - width) > 0:
        left = _path(_shortened(crumbs, over, view.glyphs), view)
    return spread(left, right, width)


def _path(crumbs: Sequence[str], view: View) -> list[Span]:
    left: list[Span] = []
    for crumb in crumbs[:-1]:
        left += [(crumb, "muted"), (f" {view.glyphs.path} ", "faint")]
    return [*left, (crumbs[-1], "bright bold")]


def _shortened(crumbs: Sequence[str], over: int, glyphs: Glyphs) -> list[str]:
    """The crumbs with `over` cells less where they are long; what stands here is told whole."""
    kept = list(crumbs)
    for index in sorted(range(len(kept) - 1), key=lambda each: -cells_of(kept[each])):
        before = cells_of(kept[index])
        kept[index] = parts.cut(kept[index], max(_SHORTEST, before - over), glyphs)
        over -= before - cells_of(kept[index])
    return kept


def keys_line(
    keys: Sequence[tuple[str, str]], width: int, *, locked: frozenset[str] = frozenset()
) -> Line:
    """The last row: keys that work now, in order; what does not fit is left to `?`."""
    help_key: list[Span] = [("? ", "bright bold"), ("all keys", "muted")]
    groups: list[list[Span]] = []
    for key, word in keys:
        group: list[Span] = [(key, "bright bold"), (f" {word}", "muted")]
        if key in locked:
            group = [(key, "muted"), (f" {word} locked", "muted")]
        if width_of(facts(*groups, group)) > width - 5 - width_of(help_key):
            break
        groups.append(group)
    return spread(facts(*groups), help_key, width)
