"""Turns a line into what Textual paints, in as few pieces as show the same."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.strip import Strip

from ..glyphs import UNICODE, Glyphs
from ..line import Line, Span, fit, skip, width_of
from ..theme import Palette, mode_of, palette

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that would act on the terminal, or that it does not count as a cell."""


def palette_of(app: App[Any]) -> Palette:
    """The palette of the app's theme."""
    return palette(mode_of(app.current_theme))


def glyphs_of(app: App[Any]) -> Glyphs:
    """The glyphs the app was set to; Unicode where it says nothing."""
    glyphs = getattr(getattr(app, "settings", app), "glyphs", UNICODE)
    return glyphs if isinstance(glyphs, Glyphs) else UNICODE


def strip_of(
    line: Line,
    width: int,
    colours: Palette,
    *,
    ground: str = "ground",
    edge: Span | None = None,
    is_selected: bool = False,
    pattern: re.Pattern[str] | None = None,
) -> Strip:
    """The line as a strip of exactly `width` cells.

    `edge` takes the place of the first cell. What the pattern matches is shown in reverse.
    """
    spans: Iterable[Span] = _scrubbed(line.spans)
    if pattern:
        spans = _marked(tuple(spans), pattern)
    if edge:
        spans = (edge, *skip(fit(spans, width), 1))
    spans = fit(spans, width)
    if is_selected and not colours.has_grounds:
        segments = _reversed(spans, colours, width if line.bar_start is None else line.bar_start)
    else:
        on = "ground-select" if is_selected else line.ground or ground
        segments = [(text, colours.style(token, on)) for text, token in spans]
    return Strip([Segment(text, style) for text, style in _merged(segments)], width)


def differing_cells(old: Strip, new: Strip) -> tuple[int, int] | None:
    """The first and the end cell between which two strips differ; None when they are equal."""
    before, after = list(old), list(new)
    if before == after:
        return None
    width = new.cell_length
    # Terminals disagree about wide characters: a line with one is always written whole.
    if len(old.text) != width or len(new.text) != width:
        return 0, width
    start = _shared_width(before, after, _shared_start)
    end = width - _shared_width(before[::-1], after[::-1], _shared_end)
    return (start, end) if start < end else (0, width)


def _shared_width(
    before: Sequence[Segment], after: Sequence[Segment], shared: Callable[[str, str], int]
) -> int:
    """The cells that two rows of segments share from their first one on."""
    cells = 0
    for one, other in zip(before, after, strict=False):
        if one == other:
            cells += one.cell_length
            continue
        # Letter by letter only where each letter is a cell.
        if one.style == other.style and one.text.isascii() and other.text.isascii():
            cells += shared(one.text, other.text)
        break
    return cells


def _shared_start(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _shared_end(one: str, other: str) -> int:
    return _shared_start(one[::-1], other[::-1])


def _scrubbed(spans: Iterable[Span]) -> Iterable[Span]:
    # Text was cleaned where it left data/; this is the last door before the terminal.
    for text, token in spans:
        yield (text if text.isprintable() else CONTROL.sub("\ufffd", text), token)


def _marked(spans: Sequence[Span], pattern: re.Pattern[str]) -> list[Span]:
    text = "".join(text for text, _ in spans)
    edges = {edge for match in pattern.finditer(text) for edge in match.span()}
    inside = [match.span() for match in pattern.finditer(text)]
    marked: list[Span] = []
    at = 0
    for text, token in spans:
        stops = sorted({at, at + len(text)} | {e for e in edges if at < e < at + len(text)})
        for start, end in pairwise(stops):
            is_match = any(first <= start < last for first, last in inside)
            marked.append((text[start - at : end - at], f"{token} reverse" if is_match else token))
        at += len(text)
    return marked


def _reversed(spans: Iterable[Span], colours: Palette, stop: int) -> list[tuple[str, Style]]:
    """The selected row where there are no grounds: one colour, reversed, up to the bars."""
    segments: list[tuple[str, Style]] = []
    at = 0
    for text, token in spans:
        style = colours.style(token)
        if at < stop:
            # A match in a reversed row stands out by not being reversed.
            style = Style(bold=style.bold, reverse="reverse" not in token.split())
        segments.append((text, style))
        at += width_of([(text, token)])
    return segments


def _merged(segments: Iterable[tuple[str, Style]]) -> list[tuple[str, Style]]:
    """Neighbours that look alike as one piece; a blank takes the style of what is before it."""
    merged: list[tuple[str, Style]] = []
    for text, style in segments:
        if not text:
            continue
        if merged and (merged[-1][1] == style or _is_alike_blank(text, style, merged[-1][1])):
            merged[-1] = (merged[-1][0] + text, merged[-1][1])
        else:
            merged.append((text, style))
    return merged


def _is_alike_blank(text: str, style: Style, before: Style) -> bool:
    if not text.isspace() or style.bgcolor != before.bgcolor:
        return False
    return not (_is_seen_on_blanks(style) or _is_seen_on_blanks(before))


def _is_seen_on_blanks(style: Style) -> bool:
    return bool(style.reverse or style.underline or style.strike)
