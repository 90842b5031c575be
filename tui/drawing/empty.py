"""Draws lists that have nothing to show: why, and what can be done about it, with its key."""

from collections.abc import Sequence

from ...data.filters import Emptied
from .. import parts
from ..line import BLANK, Cell, Line, Span, columns
from ..view import View

KEY = 3
DOES = 7
SAYS = 41


def said(bold: str, muted: str, keys: Sequence[tuple[str, str]], width: int) -> list[Line]:
    """One bold sentence, one muted one, then keys and what they do, on the same edge."""
    room = width - KEY - 1
    lines = [
        columns(width, [Cell(KEY, room, [(text, "bright bold")])]) for text in wrap(bold, room)
    ]
    lines += [columns(width, [Cell(KEY, room, [(text, "muted")])]) for text in wrap(muted, room)]
    if keys:
        lines += [BLANK, columns(width, [Cell(KEY, room, parts.keys(keys))])]
    return lines


def wrap(text: str, room: int) -> list[str]:
    """The sentence in lines; none where there is none."""
    return parts.wrap(text, room) if text else []


def step(key: str, does: str, says: str, width: int) -> Line:
    """Something to begin with: its key, what it does, and a word more where there is room."""
    cells = [
        Cell(KEY, 1, [(key, "bright bold")]),
        Cell(DOES, SAYS - DOES - 2, [(does, "ink")]),
        Cell(SAYS, width - SAYS - 1, [(says, "muted")]),
    ]
    return columns(width, cells if width > SAYS + 10 else cells[:2])


def no_match(
    total: int, noun: str, text: str, emptied: Emptied | None, width: int, view: View
) -> list[Line]:
    """A filter that lets nothing through: which term took the last rows away."""
    first: list[Span] = [("0", "bright bold"), (f" of {total:,} {noun} match  ", "ink")]
    first.append((text, "bright bold"))
    why: list[Span] = []
    if emptied is not None:
        why = [(f"({emptied.term} removed the last {emptied.removed:,})", "muted")]
    clears: list[Span] = [("esc", "bright bold"), (" clears", "muted")]
    whole = (
        [*first, ("   ", ""), *why, ("   ", ""), *clears] if why else [*first, ("   ", ""), *clears]
    )
    room = width - KEY - 1
    if sum(len(piece) for piece, _ in whole) <= room:
        return [columns(width, [Cell(KEY, room, whole)])]
    rows = [list(parts.cut_spans(first, room, view.glyphs)), why, clears]
    return [columns(width, [Cell(KEY, room, row)]) for row in rows if row]
