"""The health page: the source, its writers, the faults, and what the console itself costs."""

import resource
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from ...data.source import Question
from ...data.sources import SourceFacts, read_sources
from .. import numbers
from ..drawing import sources as drawing
from ..drawing.sources import OwnCost, SourceRow, median
from ..line import Line, Span
from ..widgets.lines import LineView
from .base import ConsoleScreen, CopyChoice


class _Health(LineView[Line]):
    """A page without a cursor: `enter` is about the whole source, and the screen's."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no row to choose."""
        return False if action == "choose" else super().check_action(action, parameters)


class SourcesScreen(ConsoleScreen):
    """Is what I see the truth, and at what cost?"""

    name_ = "sources"
    number = "0"
    is_merged = True
    footer = ("enter", "look_now", "copy_menu", "export_menu", "back")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,t", "app.go('tables')", "its tables")]

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, SourceFacts] = {}
        """What each of several sources brought last, by its name."""

    def question(self) -> Question[SourceFacts]:
        """The source's health."""
        return read_sources

    def receive_from(self, source: str, facts: SourceFacts) -> None:
        """One of several sources answered."""
        self._found[source] = facts
        self.source_turned()
        if facts.unknown.is_behind and self.view.is_live:
            self.app.look_soon()

    def source_turned(self) -> None:
        """Shows more of the source that is read now, if it ever answered."""
        self.facts = self._found.get(self.app.current.name)
        self._update()
        self.draw_frame()

    def footer_keys(self) -> Sequence[str]:
        """Where there are several sources, how to get to the next."""
        return ("turn", *self.footer) if self.app.has_several else self.footer

    def show(self, facts: SourceFacts) -> None:
        """The lines in place of the ones before."""
        self._update()
        if facts.unknown.is_behind and self.view.is_live:
            self.app.look_soon()

    def compose_body(self) -> ComposeResult:
        """One page that scrolls."""
        yield _Health(_as_it_is, _no_key, id="sources-list", show_cursor=False, space_pages=True)

    def on_mount(self) -> None:
        """The page has the keyboard."""
        self.query_one(LineView).focus()
        self._update()

    def enter(self, **where: Any) -> None:
        """Coming back: perhaps another source is the one that is read."""
        self.facts = self._found.get(self.app.current.name, self.facts)

    def on_resize(self) -> None:
        """Another width: other lines."""
        self.call_after_refresh(self._update)

    def second(self) -> None:
        """Ages and costs move."""
        super().second()
        self._update()

    def identity(self) -> Sequence[Sequence[Span]]:
        """The system and its size."""
        facts: SourceFacts | None = self.facts
        if facts is None:
            return [[("reading", "muted")]]
        named = [[(self.app.current.name, "ink")]] if self.app.has_several else []
        return [*named, [(facts.label, "bright bold")], [(numbers.size(facts.size), "ink")]]

    def _update(self) -> None:
        app, view = self.app, self.query_one(LineView)
        width = view.size.width or self.size.width
        view.rows = [
            *(drawing.table(self._table(), width, self.view) if app.has_several else []),
            *drawing.lines(
                self.facts,
                app.poller.cost,
                self._own(),
                app.freshness,
                app.interval,
                width,
                self.view,
            ),
        ]

    def _table(self) -> list[SourceRow]:
        app = self.app
        return [
            SourceRow(
                each.name,
                each is app.current,
                each.freshness,
                self._found.get(each.name),
                median(each.poller.cost.recent_ms),
            )
            for each in app.sources
        ]

    def _own(self) -> OwnCost:
        used = resource.getrusage(resource.RUSAGE_SELF)
        app = self.app
        return OwnCost(used.ru_utime + used.ru_stime, app.now - app.started, _memory(), app.written)

    def copy_choices(self) -> Sequence[CopyChoice]:
        """The path, and the command that prints the checks."""
        path = self.app.path
        return (CopyChoice("p", "path", path), CopyChoice("l", "link", f"vedette doctor {path}"))

    def export_rows(self) -> Sequence[Mapping[str, Any]]:
        """The writers."""
        facts: SourceFacts | None = self.facts
        return [writer._asdict() for writer in facts.writers] if facts is not None else []


def _memory() -> int:
    """Resident bytes now; the highest so far where /proc is missing."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _as_it_is(line: Line, width: int) -> Line:
    return line


def _no_key(line: Line) -> str:
    return ""
