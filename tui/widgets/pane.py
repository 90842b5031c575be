"""A pane that only shows: its lines are made for its size, anew whenever either changes."""

from collections.abc import Callable, Sequence

from .. import parts
from ..line import BLANK, Line, Span, fit, skip
from .lines import LineView
from .strips import glyphs_of, palette_of

Make = Callable[[int, int], Sequence[Line]]
"""(width, height) in cells to the lines of a pane."""


class Pane(LineView[Line], can_focus=False):
    """Lines without a cursor. `make` is pure; `update` shows what it makes of the facts now."""

    def __init__(
        self,
        make: Make,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        ground: str = "ground",
    ) -> None:
        super().__init__(_as_it_is, _no_key, id=id, ground=ground, show_cursor=False)
        # A pane beside or below a list stands on its own ground; `Z` puts it away.
        self.set_class(ground != "ground", "-beside")
        self.make = make

    def update(self, *_: object) -> None:
        """Makes the lines anew; only cells that differ are painted."""
        width, height = self.size
        if not width:
            return
        lines = self.make(width, height)
        if self.has_class("-beside") and not palette_of(self.app).has_grounds:
            lines = self._edged(lines, width, height)
        self.rows = lines

    def _edged(self, lines: Sequence[Line], width: int, height: int) -> list[Line]:
        """Without background steps a hairline tells panes apart: at the left, or on top."""
        glyphs = glyphs_of(self.app)
        if self.region.x:
            edge: Span = (glyphs.trunk[:1], "line")
            filled = [*lines, *[BLANK] * (height - len(lines))]
            return [_with_edge(line, edge, width) for line in filled]
        return [_ruled(line, width, glyphs.hairline) for line in lines[:1]] + list(lines[1:])

    def on_resize(self) -> None:
        """Another size: other lines."""
        self.update()


def _with_edge(line: Line, edge: Span, width: int) -> Line:
    """The line with its margin's first cell as an edge."""
    return Line((edge, *skip(fit(line.spans, width), 1)), line.ground, line.bar_start)


def _ruled(line: Line, width: int, hairline: str) -> Line:
    """The line with its margins and its long gaps drawn through."""
    spans: list[Span] = []
    for text, token in parts.merge(fit(line.spans, width)):
        is_gap = not text.strip() and len(text) >= _GAP
        spans.append((f" {hairline * (len(text) - 2)} ", "line") if is_gap else (text, token))
    inner = skip(spans, 1)
    left: Span = (hairline, "line")
    return Line((left, *fit(inner, width - 2), left), line.ground)


_GAP = 5
"""Blanks that are a gap and not a space between words."""


def _as_it_is(line: Line, width: int) -> Line:
    return line


def _no_key(line: Line) -> str:
    return ""
