"""The screen before there is anything to show: where was looked, and what to do first."""

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from ...data.discovery import candidates
from ...data.peek import Peek, look_inside, survey
from .. import numbers
from ..drawing import empty
from ..frame import identity_line
from ..line import BLANK, Cell, Line, Span, columns
from ..widgets.lines import LineView
from .starting import STEPS, StartingScreen


class Row(NamedTuple):
    """One row: text, a place that was looked in, or something to do."""

    key: str
    """The key that does it; "" for a row that is only read."""
    left: str
    right: str
    is_found: bool = False


class FirstScreen(StartingScreen):
    """Nothing recorded yet: what now?"""

    name_ = "first"
    is_merged = True
    footer = ("demo", "hooks", "snippet", "open_other", "leave")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "demo", "demo"),
        Binding("h", "hooks", "hooks"),
        Binding("s", "snippet", "snippet"),
        Binding("o", "open_other", "open"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._places: Sequence[Peek] | None = None
        self._seconds = 0

    def enter(self, **where: Any) -> None:
        """`places`: what was looked at, for a test; else it looks by itself."""
        self._places = where.get("places", self.app.places)

    def compose_body(self) -> ComposeResult:
        """One short list."""
        yield LineView(self._draw, lambda step: step.key, id="first-list")

    def on_mount(self) -> None:
        """The list has the keyboard."""
        self._update()
        self.query_one(LineView).focus()

    def second(self) -> None:
        """Looks again every other second; the app moves on by itself when there is a run."""
        super().second()
        self._seconds += 1
        if self._seconds % 2 == 0:
            # A stat may hang in a dead mount: beside the event loop.
            self.run_worker(self._look(), group="look", exclusive=True)

    async def _look(self) -> None:
        if self.app.places is not None:
            places = await asyncio.to_thread(survey, os.getcwd(), os.environ)
            if self.app.screen is self and self.app.places is not None:
                self._places = places
                self._update()
                if any(place.has_runs for place in places):
                    self.app.call_later(self.app.choose, places)
        elif self._places is None:
            self._update()

    def draw_frame(self) -> None:
        """No fault here: a file that is not there yet is waited for."""
        super().draw_frame()
        if self.is_attached and self.app.freshness.word in ("NO FILE", "READING"):
            clock = numbers.time_of_day(self.view.now)[:5]
            right: list[Span] = [("WATCHING", "ok bold"), (f"   {clock:>8}", "ink")]
            groups: list[list[Span]] = [[("vedette", "bright bold")], [("no runs yet", "muted")]]
            self._frame_row("identity").line = identity_line(groups, right, self.size.width)
            self._frame_row("needs").line = BLANK

    def identity(self) -> Sequence[Sequence[Span]]:
        """Where we are."""
        return [[("no runs yet", "muted")]]

    def crumbs(self) -> Sequence[str]:
        """A start."""
        return ("Start",)

    def _update(self) -> None:
        places = self._places
        if places is None:
            # It was named: only there is it waited for.
            named = candidates(os.getcwd(), os.environ)[:1]
            places = [look_inside(place) for place in named]
        self.query_one(LineView).rows = _steps(places, self.app.short_path)

    def _draw(self, step: Row, width: int) -> Line:
        if not step.left:
            return BLANK
        if step.key:
            return empty.step(step.key, step.left, step.right, width)
        token = _TITLES.get(step.left, "soft")
        mark = (
            (self.view.glyphs.running, "ok") if step.is_found else (self.view.glyphs.idle, "muted")
        )
        cells = [Cell(3, width - 4, [(step.left, token)])]
        if step.right and step.left not in _TITLES:
            cells = [Cell(3, 50, [(step.left, token)]), Cell(54, 1, [mark])]
            cells.append(Cell(56, width - 57, [(step.right, "ink" if step.is_found else "muted")]))
        return columns(width, cells)

    def open_row(self, key: str, row: Row) -> None:
        """What the selected row offers."""
        {
            "d": self.action_demo,
            "h": self.action_hooks,
            "s": self.action_snippet,
            "o": self.action_open_other,
        }[key]()


_TITLES = {
    "No agent run has been recorded here yet.": "bright bold",
    "This screen looks again by itself and moves on when there is one.": "muted",
    "LOOKED IN": "muted",
    "START HERE": "muted",
}


def _steps(places: Sequence[Peek], short: Callable[[str], str]) -> list[Row]:
    blank = Row("", "", "")
    titles = list(_TITLES)
    looked = [
        Row("", short(peek.place.path), peek.why or peek.system, peek.place.found)
        for peek in places
    ]
    return [
        *(Row("", title, "") for title in titles[:2]),
        blank,
        Row("", titles[2], ""),
        *looked,
        blank,
        Row("", titles[3], ""),
        *(Row(*each) for each in STEPS),
    ]
