"""The screen where nothing was named and several databases were found: which one?"""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from ...data.peek import Peek, with_runs
from .. import numbers, parts
from ..frame import identity_line
from ..line import BLANK, Cell, Line, Span, columns
from ..widgets.lines import LineView
from ..widgets.pane import Pane
from .starting import StartingScreen

TITLE = (
    ("Several databases with runs were found.", "bright bold"),
    ("Open one, or mark several with space and open them as one fleet.", "muted"),
)


class PickScreen(StartingScreen):
    """Which of those that were found?"""

    CSS_PATH = "pick.tcss"
    name_ = "pick"
    is_merged = True
    footer = ("enter", "mark", "open_other", "demo", "leave")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open_other", "open another"),
        Binding("d", "demo", "demo"),
    ]

    def compose_body(self) -> ComposeResult:
        """What it is about, and one list, the newest activity first."""
        yield Pane(self._head, id="pick-head")
        yield LineView(self._draw, lambda peek: peek.place.path, id="pick-list", can_mark=True)

    def on_mount(self) -> None:
        """The list has the keyboard."""
        self._list.rows = with_runs(self.app.places or ())
        self._list.focus()

    @property
    def _list(self) -> LineView[Peek]:
        return self.query_one("#pick-list", LineView)

    def draw_frame(self) -> None:
        """Nothing is open yet: there is nothing to be fresh, and nothing that needs anybody."""
        super().draw_frame()
        if self.is_attached:
            clock = numbers.time_of_day(self.view.now)[:5]
            groups: list[list[Span]] = [[("vedette", "bright bold")], *map(list, self.identity())]
            right: list[Span] = [(f"{clock:>8}", "ink")]
            self._frame_row("identity").line = identity_line(groups, right, self.size.width)
            self._frame_row("needs").line = BLANK

    def identity(self) -> Sequence[Sequence[Span]]:
        """How many there are to pick from."""
        found = len(with_runs(self.app.places or ()))
        return [[(numbers.count(found), "bright bold"), (" databases found", "muted")]]

    def crumbs(self) -> Sequence[str]:
        """A start."""
        return ("Start", "pick")

    def is_counting(self) -> bool:
        """Ages move."""
        return True

    def _head(self, width: int, height: int) -> Sequence[Line]:
        at = _columns(width)
        heads = [
            Cell(3, at.path, [("DATABASE", "muted")]),
            Cell(at.system, 18, [("SYSTEM", "muted")]),
            Cell(at.newest, 8, [("NEWEST", "muted")], "right"),
        ]
        if at.note:
            heads.append(Cell(at.note, width - at.note - 1, [("FOUND BY", "muted")]))
        said = [columns(width, [Cell(3, width - 4, [each])]) for each in TITLE]
        return [*said, BLANK, columns(width, heads)]

    def _draw(self, peek: Peek, width: int) -> Line:
        at, glyphs = _columns(width), self.view.glyphs
        path = parts.cut_path(self.app.short_path(peek.place.path), at.path, glyphs)
        age = numbers.age(self.view.now - peek.newest, glyphs)
        cells = [
            Cell(3, at.path, [(path, "ink")]),
            Cell(at.system, 18, [(parts.cut(peek.system or peek.why, 18, glyphs), "muted")]),
            Cell(at.newest, 8, [(age, "ink")], "right"),
        ]
        if at.note:
            cells.append(Cell(at.note, width - at.note - 1, [(peek.place.note, "muted")]))
        return columns(width, cells)

    def open_row(self, key: str, row: Peek) -> None:
        """The marked ones as one fleet; where none is marked, this one."""
        marks = self._list.marks
        found = with_runs(self.app.places or ())
        paths = [peek.place.path for peek in found if peek.place.path in marks] or [key]
        self.app.call_later(self.app.open_found, paths)


class _Columns:
    """Where the columns stand; a note of 0 is left out."""

    def __init__(self, width: int) -> None:
        has_note = width >= 100
        self.note = width - 26 if has_note else 0
        self.newest = (self.note or width) - 10
        self.system = self.newest - 19
        self.path = self.system - 4


def _columns(width: int) -> _Columns:
    return _Columns(width)
