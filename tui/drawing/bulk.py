"""Draws the page of gates that are reviewed together: every payload, what differs, a tick each."""

from collections.abc import Sequence
from typing import NamedTuple

from ...data import diffing
from ...data.approvals import GateRow
from ...data.document import DocLine
from .. import parts
from ..bulk import Bulk, Candidate
from ..line import BLANK, Cell, Line, Span, columns, spread
from ..view import View
from . import decide_bar
from .review import where


class BulkRow(NamedTuple):
    """A row of the page: a gate's heading, a line of its payload, or words between."""

    key: str
    candidate: Candidate | None = None
    at: int = -1
    """The line of the payload; -1 for the heading."""
    words: tuple[tuple[int, int], ...] = ()
    """What differs from the first payload's same line."""
    line: Line = BLANK


def rows(candidates: Sequence[Candidate], excluded: Sequence[GateRow]) -> list[BulkRow]:
    """Every payload whole, then the gates that are not here and why."""
    found: list[BulkRow] = []
    first = candidates[0] if candidates else None
    for candidate in candidates:
        key = candidate.facts.gate.id
        found.append(BulkRow(key, candidate))
        for at in range(candidate.document.total):
            words = _differing(candidate, first, at)
            found.append(BulkRow(key, candidate, at, words))
        found.append(BulkRow(""))
    if excluded:
        found.append(BulkRow("", line=_words("not here: review each by itself", "muted")))
        found += [BulkRow("", line=_excluded(gate)) for gate in excluded]
    return found


def _differing(
    candidate: Candidate, first: Candidate | None, at: int
) -> tuple[tuple[int, int], ...]:
    if first is None or candidate is first:
        return ()
    text = candidate.document.line(at).text
    other = first.document.line(at).text if at < first.document.total else ""
    if text == other:
        return ()
    return diffing.changed_words(text, other) or ((0, len(text)),)


def _words(text: str, token: str) -> Line:
    return Line(((" ", ""), (text, token)))


def _excluded(gate: GateRow) -> Line:
    risk = gate.risk.upper() if gate.risk in ("high", "critical") else gate.risk
    look = "bad bold" if gate.risk in ("high", "critical") else "muted"
    spans: list[Span] = [(f"{risk}  ", look), (gate.title, "ink"), (f"   {gate.agent}", "muted")]
    return Line((("   ", ""), *spans))


def row_line(row: BulkRow, bulk: Bulk, width: int, view: View) -> Line:
    """One row of the page."""
    if row.candidate is None:
        return row.line
    if row.at < 0:
        return _heading(row.key, row.candidate, bulk, width, view)
    return _payload_line(row, bulk, width, view)


def _heading(key: str, candidate: Candidate, bulk: Bulk, width: int, view: View) -> Line:
    glyphs = view.glyphs
    is_ticked = key in bulk.ticked
    tick: Span = (glyphs.done, "bright bold") if is_ticked else (glyphs.idle, "muted")
    title = parts.cut(candidate.facts.gate.title, width - 34, glyphs)
    right: list[Span] = [(bulk.results.get(key, ""), "bright bold")]
    if not right[0][0]:
        right = where(candidate.facts.run, candidate.facts.agent, view, is_loud=False)
    left: list[Span] = [tick, (" ", ""), (title, "bright bold" if is_ticked else "soft")]
    left.append((f"  {parts.cut(key, 16, glyphs)}", "muted"))
    return spread(left, right, width)


def _payload_line(row: BulkRow, bulk: Bulk, width: int, view: View) -> Line:
    assert row.candidate is not None
    line: DocLine = row.candidate.document.line(row.at)
    is_seen = bulk.reviews[row.key].is_seen(row.at)
    glyphs = view.glyphs
    unseen = glyphs.grid if glyphs.is_ascii else glyphs.seen
    edge: Span = (glyphs.seen, "soft") if is_seen else (unseen, "line")
    return columns(
        width,
        [
            Cell(1, 1, [edge]),
            Cell(3, 1, [(line.sign if line.sign in "+-" else " ", "bright bold")]),
            Cell(5, width - 6, _marked(line.text, row.words)),
        ],
    )


def _marked(text: str, words: Sequence[tuple[int, int]]) -> list[Span]:
    spans: list[Span] = []
    at = 0
    for start, end in words:
        spans += [(text[at:start], "ink"), (text[start:end], "bright bold underline")]
        at = end
    return [span for span in [*spans, (text[at:], "ink")] if span[0]]


def bar_lines(bulk: Bulk, width: int, now: float, view: View) -> list[Line]:
    """What is ticked, what was seen, and the one hold."""
    bars = [review.bar(now) for review in bulk.chosen]
    seen, lines = sum(bar.seen for bar in bars), sum(bar.lines for bar in bars)
    left: list[Span] = [
        ("ticked  ", "muted"),
        (f"{len(bars)}", "bright bold"),
        (f" of {len(bulk.reviews)} gates   ", "muted"),
        (f"{seen:,}", "bright bold"),
        (f" of {lines:,} lines seen", "muted"),
    ]
    rows = [spread(left, [], width, ground=decide_bar.PANEL)]
    held = next((bar for bar in bars if bar.step == "hold"), None)
    if held is not None:
        return [*rows, BLANK, decide_bar.step_line(held, width, view, held.hold)]
    return [*rows, BLANK, spread(_step(bulk, bars[0].off if bars else ""), [], width)]


def _step(bulk: Bulk, off: str) -> list[Span]:
    if off:
        return [(off, "doubt bold")]
    if bulk.is_over:
        said = "each was written by itself: what came of it stands beside it"
        return [(said, "ink")]
    if bulk.to_go:
        return [
            ("APPROVE", "bright bold"),
            (" opens when every line has been on screen.  ", "ink"),
            (f"{bulk.to_go:,} to go", "you bold"),
        ]
    return [
        ("APPROVE", "bright bold"),
        (" is open: ", "ink"),
        ("a", "bright bold"),
        (f" starts a {bulk.terms.low.hold:.0f}s hold, then each is written by itself", "muted"),
    ]
