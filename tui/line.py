"""One line of a screen: pieces of text, each with the name of its look, laid out in cells."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from rich.cells import cell_len, get_character_cell_size

Span = tuple[str, str]
"""A piece of text and its token, such as `("WAITING", "you bold")`; see `theme.Palette`."""

Align = Literal["left", "right"]


class Line(NamedTuple):
    """One row of cells, ready to be coloured."""

    spans: tuple[Span, ...]
    ground: str = ""
    """The whole row's background, such as `ground-panel`; empty is the pane's own."""
    bar_start: int | None = None
    """Where a bar area begins: a reversed selection stops before it."""


class Cell(NamedTuple):
    """Spans at a fixed place in a line, in cells."""

    start: int
    width: int
    spans: Sequence[Span]
    align: Align = "left"


BLANK = Line(())


def cells_of(text: str) -> int:
    """The width of a text in cells."""
    return len(text) if text.isascii() else cell_len(text)


def width_of(spans: Iterable[Span]) -> int:
    """The width of spans in cells."""
    width = 0
    for text, _ in spans:
        width += cells_of(text)
    return width


def plain(line: Line) -> str:
    """The text of a line without its look and its trailing blanks."""
    return "".join(text for text, _ in line.spans).rstrip()


def head(text: str, width: int) -> str:
    """The longest start of the text that fits; half a wide character is left out."""
    if text.isascii():
        return text[: max(0, width)]
    if cell_len(text) <= width:
        return text
    used = 0
    for index, character in enumerate(text):
        used += get_character_cell_size(character)
        if used > width:
            text = text[:index]
            break
    # A variation selector can widen the character before it.
    while cell_len(text) > max(0, width):
        text = text[:-1]
    return text


def tail(text: str, width: int) -> str:
    """The longest end of the text that fits; half a wide character is left out."""
    if text.isascii():
        return text[-width:] if width > 0 else ""
    used = 0
    for index in range(len(text) - 1, -1, -1):
        used += get_character_cell_size(text[index])
        if used > width:
            text = text[index + 1 :]
            break
    while cell_len(text) > max(0, width):
        text = text[1:]
    return text


def fit(spans: Iterable[Span], width: int) -> tuple[Span, ...]:
    """The spans cut or padded to exactly `width` cells; a split wide character leaves a blank."""
    fitted: list[Span] = []
    room = width
    for span in spans:
        taken = cells_of(span[0])
        if taken > room:
            cut = head(span[0], room)
            fitted.append((cut, span[1]))
            room -= cells_of(cut)
            break
        fitted.append(span)
        room -= taken
    if room > 0:
        fitted.append((" " * room, ""))
    return tuple(fitted)


def skip(spans: Iterable[Span], count: int) -> tuple[Span, ...]:
    """The spans without their first `count` cells; a split wide character leaves a blank."""
    kept: list[Span] = []
    for text, token in spans:
        if count <= 0:
            kept.append((text, token))
            continue
        width = cells_of(text)
        if width > count:
            rest = tail(text, width - count)
            kept.append((" " * (width - count - cells_of(rest)) + rest, token))
        count -= width
    return tuple(kept)


def columns(
    width: int, placed: Iterable[Cell], ground: str = "", bar_start: int | None = None
) -> Line:
    """A line of exactly `width` cells with each cell at its place, in the order given.

    A right-aligned cell that is too wide grows to the left over free cells, since numbers
    are never cut; anything else that is too wide is.
    """
    spans: list[Span] = []
    at = 0
    for cell in placed:
        needed = width_of(cell.spans)
        start = cell.start
        if cell.align == "right":
            start += cell.width - needed
        start = max(start, at)
        room = min(cell.start + cell.width, width) - start
        if room <= 0:
            continue
        if start > at:
            spans.append((" " * (start - at), ""))
        taken = min(needed, room)
        spans.extend(cell.spans if needed <= room else fit(cell.spans, room))
        at = start + taken
    return Line(fit(spans, width), ground, bar_start)


def spread(
    left: Iterable[Span],
    right: Iterable[Span],
    width: int,
    *,
    margin: int = 1,
    gap: int = 3,
    ground: str = "",
) -> Line:
    """A line with one part at each edge; the left part gives way where both do not fit."""
    right = tuple(right)
    right_width = width_of(right)
    room = max(0, width - 2 * margin - right_width)
    left = fit(left, max(0, room - gap) if right_width else room)
    filler = width - 2 * margin - right_width - width_of(left)
    spans = [(" " * margin, ""), *left, (" " * max(0, filler), ""), *right]
    return Line(fit(spans, width), ground)
