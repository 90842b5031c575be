"""A pane that only shows: its lines are made for its size, anew whenever either changes."""

from collections.abc import Callable, Sequence

from ..line import Line
from .lines import LineView

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
        if self.size.width:
            self.rows = self.make(self.size.width, self.size.height)

    def on_resize(self) -> None:
        """Another size: other lines."""
        self.update()


def _as_it_is(line: Line, width: int) -> Line:
    return line


def _no_key(line: Line) -> str:
    return ""
