"""Every key that works where you came from, made from the bindings; `/` searches it."""

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from ...data.filters import Facts, Kind
from .. import numbers, parts
from ..frame import identity_line
from ..line import BLANK, Cell, Line, Span, columns
from ..widgets.lines import LineView
from .base import ConsoleScreen


class HelpRow(NamedTuple):
    """One binding, or the heading of a group."""

    group: str
    keys: str
    does: str


class HelpScreen(ConsoleScreen):
    """What can I press here?"""

    name_ = "help"
    number = "?"
    footer = ("filter", "back")
    filter_fields: ClassVar[dict[str, Kind]] = {"key": Kind.TEXT, "group": Kind.TEXT}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark", "app.back", "back")]

    def __init__(self) -> None:
        super().__init__()
        self._all: list[HelpRow] = []
        self._from = ""

    def enter(self, **where: Any) -> None:
        """Reads the bindings of the screen it is called from."""
        screen = where.get("of")
        if screen is not None and screen is not self:
            self._from = screen.name_
            self._all = binding_rows(screen)
        if self.is_attached:
            self.filter_changed()

    def compose_body(self) -> ComposeResult:
        """One list."""
        yield LineView(self._draw, _key, id="help-list", show_cursor=False, space_pages=True)

    def on_mount(self) -> None:
        """The list has the keyboard."""
        self.filter_changed()
        self.query_one(LineView).focus()

    def draw_frame(self) -> None:
        """Before anything is open there is nothing to be said of it."""
        super().draw_frame()
        if self.is_attached and self.app.freshness.word == "READING":
            clock = numbers.time_of_day(self.view.now)[:5]
            named: list[Span] = [("vedette", "bright bold")]
            right: list[Span] = [(f"{clock:>8}", "ink")]
            self._frame_row("identity").line = identity_line([named], right, self.size.width)
            self._frame_row("needs").line = BLANK

    def crumbs(self) -> Sequence[str]:
        """Help, and for which screen."""
        return ("Help", f"keys in {self._from or 'the console'}")

    def crumb_values(self) -> Sequence[tuple[str, str]]:
        """The search."""
        return (("filter", self.filter_text or "none"),)

    def filter_facts(self) -> Sequence[Facts]:
        """Every binding."""
        return [_facts(row) for row in self._all]

    def filter_changed(self) -> None:
        """Shows what matches, under its headings."""
        rows: list[HelpRow] = []
        for row in self._all:
            if self.filter.matches(_facts(row)):
                if not rows or rows[-1].group != row.group:
                    rows += [*([HelpRow("", "", "")] if rows else []), HelpRow(row.group, "", "")]
                rows.append(row)
        self.query_one(LineView).rows = rows

    def _draw(self, row: HelpRow, width: int) -> Line:
        if not row.does:
            return columns(width, [Cell(1, width - 2, [(row.group, "bright bold")])])
        keys: list[Span] = [(parts.cut(row.keys, 18, self.view.glyphs), "bright bold")]
        does: list[Span] = [(row.does, "ink")]
        return columns(width, [Cell(3, 18, keys), Cell(22, width - 23, does)])


def binding_rows(screen: Screen[Any]) -> list[HelpRow]:
    """The bindings that reach a screen, nearest first, keys of one action together."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if not binding.description or binding.action in _OF_TEXTUAL:
            continue
        group = _group(active.node, screen, binding.action)
        display = screen.app.get_key_display(binding)
        keys = grouped.setdefault((group, binding.description), [])
        if display not in keys:
            keys.append(display)
    rows = [HelpRow(group, " ".join(keys), does) for (group, does), keys in grouped.items()]
    order = ("this screen", "lists", "everywhere")
    return sorted(rows, key=lambda row: order.index(row.group))


_OF_TEXTUAL = frozenset({"app.focus_next", "app.focus_previous", "screen.copy_text"})
"""What every screen inherits and nobody comes for."""

_COMMON = frozenset(
    binding.action for binding in ConsoleScreen.BINDINGS if isinstance(binding, Binding)
)


def _group(node: Any, screen: Screen[Any], action: str) -> str:
    if node is screen:
        return "everywhere" if action in _COMMON else "this screen"
    return "everywhere" if node is screen.app else "lists"


def _facts(row: HelpRow) -> Facts:
    return {"key": row.keys, "group": row.group, "does": row.does}


def _key(row: HelpRow) -> str:
    return ""
