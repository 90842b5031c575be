"""Draws one review: its gate, its tabs, the lines of its payload and how much of them was seen."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from ...data import times
from ...data.approvals import ReviewFacts
from ...data.document import DocLine, Section
from ...data.text import clean
from .. import numbers, parts
from ..line import Line, Span, fit, spread, width_of
from ..view import View
from .code import toned

TABS = ("diff", "why", "blast radius", "like this before", "raw")
CODE_AT = 12
"""The column code begins at; before it stand the seen edge, two numbers and the sign."""

_RISK_ROOM = 14
_LONGEST_ID = 24
_LANGUAGES = {"command": "sh", "sql": "sql", "http": "", "json": "", "text": "", "rest": ""}
_TINTS = {"-": "del", "+": "add"}


def code_width(width: int) -> int:
    """How many cells of code a view of `width` cells shows: one margin at its right."""
    return max(20, width - CODE_AT - 1)


# --- the frame


def identity(facts: ReviewFacts | None, gate_id: str, view: View, width: int) -> list[Span]:
    """Row 1: the badge in place of the program's name, the gate, who asks, and since when."""
    is_open = facts is not None and facts.status == "pending"
    look = "on-you bold on you-fill" if is_open and view.is_live else "bright bold on raised"
    spans: list[Span] = [
        parts.badge("REVIEW", look),
        ("  ", ""),
        (parts.cut(gate_id, _LONGEST_ID, view.glyphs), "bright bold"),
    ]
    if facts is None:
        return spans
    spans += [("   ", ""), *where(facts.run, facts.agent, view)]
    asked = times.parse(facts.gate.requested_at)
    if asked is not None and width >= 100:
        since = numbers.age(view.now - asked, view.glyphs)
        spans += [("   asked ", "muted"), (numbers.moment(asked, view.now), "muted")]
        if is_open:
            spans += [(", waiting ", "muted"), (since, "ink")]
    return spans


def where(run: str, agent: str, view: View, *, is_loud: bool = True) -> list[Span]:
    """`fix-auth › coder`."""
    loud = "bright bold" if is_loud else "muted"
    if not run or not agent:
        return [(run or agent, loud)]
    return [(run, "muted"), (f" {view.glyphs.path} ", "faint"), (agent, loud)]


def gate_line(facts: ReviewFacts, view: View, width: int, short: str = "") -> Line:
    """Row 2: what is to be done, its risk, how long it can be answered, how many must agree.

    `short` is how it is answered, where a system takes one answer and that is no matter of course.
    """
    risk = parts.risk(facts.gate.risk, view.glyphs)
    room = _RISK_ROOM if width >= 72 else 0
    right = [*risk, (" " * max(2, room - width_of(risk)), "")]
    expires = times.parse(facts.gate.expires_at)
    is_open = facts.status == "pending"
    if not is_open:
        right.append((facts.status, "bright bold"))
    elif expires is None:
        right.append(("no time limit", "muted"))
    elif facts.overdue_since is not None:
        right += _overdue(facts.overdue_since, view, width)
        short = short if width >= 72 else ""
    else:
        left = numbers.countdown(expires - view.now, view.glyphs)
        right += [("expires in ", "muted"), (left, "you bold")]
    if is_open and short:
        right += [("   ", ""), (short, "bright bold")]
    elif width >= 72 or facts.needed > 1:
        signer = min(facts.signed + 1, facts.needed)
        right += [("   needs ", "muted"), (f"{signer}", "bright bold")]
        right += [(" of ", "muted"), (f"{facts.needed}", "bright bold")]
    title = parts.cut_spans(
        title_spans(clean(facts.gate.title, 400)), width - width_of(right) - 5, view.glyphs
    )
    return spread(title, right, width, ground="you-tint" if is_open else "")


def _overdue(since: float, view: View, width: int) -> list[Span]:
    """Since when its time is over; in little room the day of it is enough."""
    at = numbers.moment(since, view.now)
    return [("overdue since ", "you bold"), (at if width >= 100 else at.split(" ")[0], "ink")]


def title_spans(title: str) -> list[Span]:
    """A title: what it does is bold, where is not."""
    what, preposition, place = title.partition(" under ")
    return [(what, "bright bold"), (preposition + place, "ink")]


def tabs_line(tab: int, section: int, sections: int, noun: str, width: int) -> Line:
    """Row 3: the tabs with their digits, the active one underlined; which file this is."""
    left: list[Span] = []
    for number, name in enumerate(TABS, 1):
        if left:
            left.append(("   ", ""))
        if number == tab:
            left.append((f"{number} {name}", "bright bold underline"))
        else:
            left += [(f"{number} ", "soft"), (name, "muted")]
    right: list[Span] = []
    if sections > 1 and tab == 1:
        right = [
            (f"{noun} ", "muted"),
            (f"{section + 1}", "bright bold"),
            (f" of {sections}", "muted"),
        ]
    if width_of(left) + width_of(right) + 4 > width:
        left = _short_tabs(tab)
    return spread(left, right, width)


def _short_tabs(tab: int) -> list[Span]:
    spans: list[Span] = []
    for number, name in enumerate(("diff", "why", "blast", "before", "raw"), 1):
        if spans:
            spans.append(("  ", ""))
        if number == tab:
            spans.append((f"{number} {name}", "bright bold underline"))
        else:
            spans += [(f"{number} ", "soft"), (name, "muted")]
    return spans


def noun_of(section: Section) -> str:
    """What the parts of a payload are called: files, or parts."""
    return "file" if section.kind == "file" else "part"


# --- the payload


class Place(NamedTuple):
    """Which lines are on the screen, counted in the whole document from 0."""

    first: int
    end: int
    total: int


def head_line(section: Section, place: Place, view: View, width: int) -> Line:
    """The section's name, what it changes, what to remark about it, and which lines these are."""
    right: list[Span] = [
        ("lines ", "muted"),
        (f"{place.first + 1:,}{view.glyphs.dash}{place.end:,} of {place.total:,}", "muted"),
    ]
    room = width - width_of(right) - 4
    path = parts.cut_path(section.title, max(12, room - 12), view.glyphs)
    left: list[Span] = [(path, "bright bold")]
    if section.kind == "file":
        added, removed = numbers.lines(section.added, section.removed, view.glyphs)
        left += [("  ", ""), added, (" ", ""), removed]
    for number, remark in enumerate(section.remarks):
        left += [("   " if number == 0 else "; ", "muted"), (remark, "you")]
    return spread(parts.cut_spans(left, room, view.glyphs), right, width)


def language_of(section: Section) -> str:
    """What the lines of a section are written in, as far as its name or kind tells."""
    if section.kind in _LANGUAGES:
        return _LANGUAGES[section.kind]
    name = section.title.rpartition("/")[2]
    return name.rpartition(".")[2] if "." in name else name


def doc_line(line: DocLine, width: int, view: View, *, language: str, is_seen: bool) -> Line:
    """One line of the payload: the seen edge, old and new number, sign, code."""
    glyphs = view.glyphs
    unseen = glyphs.grid if glyphs.is_ascii else glyphs.seen
    edge: Span = (glyphs.seen, "soft") if is_seen else (unseen, "line")
    room = width - 2
    if line.is_context_gap:
        inside: list[Span] = [
            (f"{glyphs.fold}{' ' * (CODE_AT - 3)}", "muted"),
            (line.text, "muted italic"),
        ]
        return Line((edge, *fit(inside, room)))
    tint = _TINTS.get(line.sign)
    on = f" on {tint}-tint" if tint else ""
    sign = {"-": (glyphs.minus, "bad bold"), "+": ("+", "ok bold")}.get(line.sign, (" ", ""))
    inside = [
        (f"{_number(line.old_no, 4, glyphs.cut):>4} ", f"muted{on}"),
        (f"{_number(line.new_no, 4, glyphs.cut):>3}".ljust(4), f"muted{on}"),
        (sign[0], f"{sign[1]}{on}".strip()),
        (" ", on.strip()),
        *((text, f"{token}{on}") for text, token in _code(line, language) if not tint),
        *(_worded(_code(line, language), line.words, tint) if tint else ()),
    ]
    if width_of(inside) < room:
        inside.append((" " * (room - width_of(inside)), on.strip()))
    return Line((edge, *fit(inside, room)))


def changed_line(line: DocLine, width: int, view: View, *, language: str, margin: int) -> Line:
    """One changed line outside of the review: its sign and its code on its tint."""
    tint = _TINTS.get(line.sign)
    on = f" on {tint}-tint" if tint else ""
    sign = {"-": (view.glyphs.minus, "bad bold"), "+": ("+", "ok bold")}.get(line.sign, (" ", ""))
    inside: list[Span] = [(f"{sign[0]} ", f"{sign[1]}{on}".strip())]
    code = _code(line, language)
    inside += _worded(code, line.words, tint) if tint else code
    room = width - 2 * margin
    inside = list(parts.cut_spans(inside, room, view.glyphs))
    if width_of(inside) < room:
        inside.append((" " * (room - width_of(inside)), on.strip()))
    return Line(((" " * margin, ""), *fit(inside, room)))


def _number(number: int | None, room: int, cut: str) -> str:
    text = "" if number is None else str(number)
    return text if len(text) <= room else cut + text[1 - room :]


def _code(line: DocLine, language: str) -> list[Span]:
    """The text in tones; in a line that only stays, what a shell would do something with."""
    if line.sign == "\\":
        return [(line.text, "muted italic")]
    spans = list(next(iter(toned([line.text], language))))
    if line.sign in _TINTS or not line.words:
        return spans
    return [
        (text, "bright bold underline" if is_marked else token)
        for text, token, is_marked in _split(spans, line.words)
    ]


def _worded(spans: Sequence[Span], words: Sequence[tuple[int, int]], tint: str) -> list[Span]:
    """The changed words on their stronger ground."""
    return [
        (text, f"{token} on {tint}-{'word' if is_marked else 'tint'}")
        for text, token, is_marked in _split(spans, words)
    ]


def _split(spans: Sequence[Span], words: Sequence[tuple[int, int]]) -> list[tuple[str, str, bool]]:
    edges = sorted({edge for word in words for edge in word})
    found: list[tuple[str, str, bool]] = []
    at = 0
    for text, token in spans:
        stops = [at, *(edge for edge in edges if at < edge < at + len(text)), at + len(text)]
        for start, end in pairwise(stops):
            is_marked = any(first <= start < last for first, last in words)
            found.append((text[start - at : end - at], token, is_marked))
        at += len(text)
    return found


def strip_lines(
    height: int, place: Place, seen_between: Callable[[int, int], int], view: View
) -> list[Line]:
    """The whole change at the right: what is on the screen, what has been, what has not."""
    glyphs = view.glyphs
    lines = []
    for y in range(height):
        start = y * place.total // height if height else 0
        end = max(start + 1, (y + 1) * place.total // height)
        if start < place.end and end > place.first:
            lines.append(Line(((glyphs.here, "soft"),)))
        elif seen_between(start, end) >= min(end, place.total) - start:
            lines.append(Line(((glyphs.strip, "muted"),)))
        else:
            unseen = glyphs.grid if glyphs.is_ascii else glyphs.strip
            lines.append(Line(((unseen, "line"),)))
    return lines
