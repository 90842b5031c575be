"""The machinery around the agents, a tab each: what is late, stuck or missed, and since when."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.timer import Timer

from ...data.belongings import Belongings
from ...data.filters import Facts, Kind
from ...data.machinery import WINDOW
from ...data.operations import (
    Entry,
    OperationsFacts,
    Tab,
    read_operations,
    tree,
)
from ...data.operations import Line as TreeLine
from ...data.records import Record
from ...data.source import Question, Source
from .. import numbers
from ..drawing import empty
from ..drawing import operations as drawing
from ..line import Line, Span
from ..widgets.lines import LineView
from ..widgets.pane import Pane
from .base import ConsoleScreen, CopyChoice

MOST = 2_000
"""Rows of a tab at most; each time the end is reached a window more is read."""

LOW = 20
"""Rows of a terminal below which there are no details."""

SETTLE_SECONDS = 0.12
"""How long the cursor stands on a row before it is asked what belongs to it."""

QUIET = 5
"""Tasks whose parts all rank from here on are folded at first."""

Row = TreeLine | Record

_COUNTED = (("LATE", "doubt"), ("STUCK", "doubt"), ("MISSED", "doubt"), ("FAILED", "bad bold"))
"""What row 1 counts, and the hue of each."""

_COMMANDS = {"routing": "routes"}


class OperationsScreen(ConsoleScreen):
    """What around the agents is late, stuck or missed?"""

    CSS_PATH = "operations.tcss"
    name_ = "operations"
    number = "8"
    footer = ("next_tab", "fold", "filter", "enter", "open_rows", "copy_menu", "export_menu")
    filter_fields: ClassVar[Mapping[str, Kind]] = {
        "state": Kind.TEXT,
        "name": Kind.TEXT,
        "run": Kind.TEXT,
        "kind": Kind.TEXT,
        "id": Kind.TEXT,
        "age": Kind.DURATION,
        "inferred": Kind.FLAG,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,v", "next_tab(1)", "next tab", key_display="tab"),
        Binding("shift+tab", "next_tab(-1)", "tab before"),
        Binding("z", "fold", "fold"),
        Binding("T", "open_rows", "in Tables"),
        Binding("E", "next_trouble", "next that is late, stuck or failed"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.tab = ""
        self._limit = WINDOW
        self._toggled: set[str] = set()
        self._opened: set[str] = set()
        self._wanted = ""
        self._settle: Timer | None = None

    # Asking and showing

    def question(self) -> Question[OperationsFacts]:
        """Every tab's newest rows; tables are counted only where they are shown."""
        limit, opened, counts = self._limit, frozenset(self._opened), self.tab == "records"
        selected = "" if counts or not self.query(LineView) else self._list.cursor_key

        def read(source: Source, now: float) -> OperationsFacts:
            return read_operations(
                source, now, limit=limit, opened=opened, counts=counts, selected=selected
            )

        return read

    def enter(self, **where: Any) -> None:
        """`tab`: the one to show; `key`: the row to select there."""
        self.tab = where.get("tab") or self.tab
        self._wanted = where.get("key", "")
        if self.facts is not None and self.is_mounted:
            self.show(self.facts)

    def place(self) -> dict[str, Any]:
        """The tab, and the selected row."""
        return {"tab": self.tab, "key": self._list.cursor_key if self.query(LineView) else ""}

    def show(self, facts: OperationsFacts) -> None:
        """The rows of the tab; a wanted one is selected once."""
        if self.tab not in self._names():
            self.tab = next(iter(self._names()), "") if facts.tabs else ""
        self._list.rows = self._rows()
        if self._wanted and self._list.select(self._wanted):
            self._wanted = ""
        self.set_class(not self._list.rows, "-nothing")
        for pane in self.query(Pane):
            pane.update()

    def compose_body(self) -> ComposeResult:
        """Tabs, head and list, and the details."""
        yield Pane(self._tabs, id="operations-tabs")
        with Container(id="operations-panes"):
            with Vertical():
                yield Pane(lambda width, _: [drawing.head(self.tab, width)], id="operations-head")
                yield Pane(self._why_empty, id="operations-empty")
                yield LineView(self._draw, _key, id="operations-list")
            yield Pane(self._details, id="operations-details", ground="ground-panel")

    def on_mount(self) -> None:
        """The list has the keyboard."""
        self._list.focus()

    def on_resize(self) -> None:
        """Where few rows fit they are the list's."""
        self.set_class(self.size.height < LOW, "-low")
        super().on_resize()

    def second(self) -> None:
        """Ages move."""
        super().second()
        if self.is_counting():
            self._details_pane.update()

    # Frame

    def identity(self) -> Sequence[Sequence[Span]]:
        """How much is late, stuck, missed and failed."""
        if self.facts is None:
            return [[("reading", "muted")]]
        entries = [entry for tab in self.facts.tabs for entry in tab.entries]
        groups: list[list[Span]] = [[("operations", "bright bold")]]
        for state, token in _COUNTED:
            count = sum(entry.standing.state == state for entry in entries)
            if count:
                groups.append([(numbers.count(count), "bright bold"), (f" {state.lower()}", token)])
        return groups if len(groups) > 1 else [*groups, [("nothing late", "muted")]]

    def crumbs(self) -> Sequence[str]:
        """Operations, and the tab."""
        return ("Operations", self.tab) if self.tab else ("Operations",)

    def crumb_values(self) -> Sequence[tuple[str, str]]:
        """The window, the filter, and the order."""
        tab = self._tab
        values = [("filter", self.filter_text or "none"), ("sort", "urgency")]
        if self.tab == "records":
            values[1] = ("sort", "name")
        if tab is not None and tab.is_cut:
            values.insert(0, ("window", f"newest {self._limit:,}"))
        return tuple(values)

    def footer_keys(self) -> Sequence[str]:
        """A table is opened in Tables anyway, and a heartbeat is no row that anything points at."""
        if self.tab in ("records", "health"):
            return [key for key in self.footer if key != "open_rows"]
        return self.footer

    def is_counting(self) -> bool:
        """Whether anything shown has an age."""
        return self._tab is not None

    # Rows

    @property
    def _list(self) -> LineView[Row]:
        return self.query_one("#operations-list", LineView)

    @property
    def _details_pane(self) -> Pane:
        return self.query_one("#operations-details", Pane)

    @property
    def _tab(self) -> Tab | None:
        tabs = self.facts.tabs if self.facts is not None else ()
        return next((tab for tab in tabs if tab.name == self.tab), None)

    def _names(self) -> list[str]:
        """The tabs there are, in order."""
        if self.facts is None:
            return []
        names = [tab.name for tab in self.facts.tabs]
        return [*names, "records"] if self.facts.records else names

    def _rows(self) -> list[Row]:
        if self.tab == "records" and self.facts is not None:
            return [r for r in self.facts.records if self.filter.matches(_record_facts(r))]
        tab = self._tab
        if tab is None:
            return []
        if self.filter:
            # What matches stands alone: its whole may not match.
            found = [entry for entry in tab.entries if self.filter.matches(self._facts_of(entry))]
            return [TreeLine(entry, (), 0) for entry in found]
        return list(tree(tab.entries, self._is_folded))

    def _is_folded(self, entry: Entry, best: int) -> bool:
        """What is over or quiet is folded, until a person says otherwise."""
        is_quiet = min(best, entry.standing.rank) >= QUIET
        return is_quiet != (entry.key in self._toggled)

    def _selected(self) -> Row | None:
        return self._list.selected if self.query("#operations-list") else None

    def _facts_of(self, entry: Entry) -> Facts:
        since = entry.standing.since
        return {
            "state": entry.standing.state,
            "name": entry.title,
            "run": (entry.where, entry.run_id or ""),
            "kind": str(entry.values.get("kind") or entry.tab),
            "id": str(entry.values.get("id") or ""),
            "says": " ".join(v for v in entry.values.values() if isinstance(v, str)),
            "age": self.view.now - since if since is not None else None,
            "inferred": entry.standing.is_inferred,
            "err": entry.standing.state in ("FAILED", "DOWN", "ERRORS"),
        }

    def filter_facts(self) -> Sequence[Facts]:
        """Every row of the tab."""
        if self.tab == "records" and self.facts is not None:
            return [_record_facts(record) for record in self.facts.records]
        return [self._facts_of(entry) for entry in (self._tab.entries if self._tab else ())]

    def filter_changed(self) -> None:
        """Shows the rows that match."""
        if self.facts is not None:
            self.show(self.facts)

    # Drawing

    def _tabs(self, width: int, _: int) -> Sequence[Line]:
        return [drawing.tabs(self.facts, self.tab, width, self.view)]

    def _draw(self, row: Row, width: int) -> Line:
        if isinstance(row, Record):
            return drawing.record_line(row, width, self.view)
        return drawing.line(row, width, self.view)

    def _details(self, width: int, height: int) -> Sequence[Line]:
        row = self._selected()
        if isinstance(row, Record):
            return drawing.record_details(row, width, height, self.view)
        entry, about = (row.entry if row else None), self._about(row)
        return drawing.details(entry, about, width, height, self.view)

    def _about(self, row: Row | None) -> Belongings | None:
        """What belongs to a row, where it was asked."""
        found: Belongings | None = self.facts.about if self.facts is not None else None
        return found if found is not None and row is not None and found.key == _key(row) else None

    def _why_empty(self, width: int, height: int) -> Sequence[Line]:
        if self.facts is None:
            return []
        rows = self.filter_facts()
        if rows:
            emptied = self.filter.explain_empty(rows)
            text = self.filter_text
            return empty.no_match(len(rows), self.tab, text, emptied, width, self.view)
        reasons = list(dict.fromkeys(reason for _, reason in self.facts.lacks if reason))
        none = [name for name, reason in self.facts.lacks if not reason]
        yet = [f"There is no row yet of {', '.join(none)}."] if none else []
        why = " ".join([*yet, "; ".join(reasons[:3])]).strip()
        keys = [("tab", "the tables no screen shows")] if self.facts.records else []
        return empty.said("No machinery is recorded here.", why, keys, width)

    @on(LineView.Moved, "#operations-list")
    def _moved(self, event: LineView.Moved) -> None:
        event.stop()
        self._details_pane.update()
        if self._settle is not None:
            self._settle.stop()
        row = self._selected()
        if isinstance(row, TreeLine) and self._about(row) is None:
            self._settle = self.set_timer(SETTLE_SECONDS, self.app.look_soon)

    @on(LineView.EdgeReached, "#operations-list")
    def _edge(self, event: LineView.EdgeReached) -> None:
        """Older rows are read when the end is reached."""
        event.stop()
        tab = self._tab
        if event.edge == "end" and tab is not None and tab.is_cut and self._limit < MOST:
            self._limit += WINDOW
            self.app.look_soon()

    # Keys

    def open_row(self, key: str, row: Row) -> None:
        """The run it belongs to; where there is none, its row in Tables; of a table its rows."""
        if isinstance(row, TreeLine) and row.entry.run_id:
            self.app.visit("run", run_id=row.entry.run_id)
        else:
            self._open_in_tables(row)

    def action_open_rows(self) -> None:
        """The row as its table holds it, and from there the rows that belong to it."""
        row = self._selected()
        if row is not None:
            self._open_in_tables(row)

    def _open_in_tables(self, row: Row) -> None:
        if isinstance(row, Record):
            self.app.visit("tables", table=row.table)
            return
        about = self._about(row)
        if about is not None:
            self.app.visit("tables", table=about.table, column=about.column, value=about.id)
        else:
            self.say(("this row stands in no table of its own; O reads it whole", "muted"))

    def action_next_tab(self, by: int = 1) -> None:
        """The next tab, after the last the first."""
        names = self._names()
        if not names:
            return
        at = names.index(self.tab) if self.tab in names else -1
        self.tab = names[(at + by) % len(names)]
        self.show(self.facts)
        self._list.action_first()
        self.draw_frame()
        if self.tab == "records":
            self.app.look_soon()

    def action_fold(self) -> None:
        """Folds or unfolds the selected task; of a part without parts, its whole."""
        row = self._selected()
        if not isinstance(row, TreeLine) or row.entry.tab != "tasks":
            return
        entry = row.entry
        has_parts = self._tab is not None and any(e.parent == entry.key for e in self._tab.entries)
        if not has_parts and entry.parent:
            self._toggled ^= {entry.parent}
            self._wanted = entry.parent
        else:
            self._toggled ^= {entry.key}
            if not has_parts:
                # Of a task that is over no parts are read before somebody asks.
                self._opened.add(entry.key.removeprefix("task "))
                self.app.look_soon()
        self.show(self.facts)

    def action_next_trouble(self) -> None:
        """The next row that asks for attention, from the top again at the end."""
        rows = list(self._list.rows)
        start = self._list.cursor + 1
        for row in [*rows[start:], *rows[:start]]:
            if isinstance(row, TreeLine) and row.entry.standing.rank <= 2:
                self._list.select(_key(row))
                return
        self.say(("nothing here is late, stuck or failed", "muted"))

    # Taking away

    def copy_choices(self) -> Sequence[CopyChoice]:
        """The id, the name, the why, and the command that prints the tab."""
        row = self._selected()
        if row is None:
            return ()
        if isinstance(row, Record):
            return (CopyChoice("n", "name", row.table),)
        entry = row.entry
        why = f"{entry.key}: {entry.standing.state} {entry.standing.says}".rstrip()
        command = _COMMANDS.get(entry.tab, entry.tab)
        return (
            CopyChoice("i", "id", str(entry.values.get("id") or entry.title)),
            CopyChoice("t", "text", entry.title),
            CopyChoice("w", "why", why),
            CopyChoice("l", "link", f"vedette {command} --db {self.app.path}"),
        )

    def export_rows(self) -> Sequence[Mapping[str, Any]]:
        """The rows shown."""
        return [_exported(row) for row in self._list.rows]

    def pager_text(self) -> str:
        """The selected row, whole."""
        row = self._selected()
        if not isinstance(row, TreeLine):
            return ""
        about = {"name": row.entry.title, "state": row.entry.standing.state}
        lines = {**about, **row.entry.values}
        return "\n".join(f"{name:<12} {value}" for name, value in lines.items() if value)


def _exported(row: Row) -> Mapping[str, Any]:
    if isinstance(row, Record):
        return row._asdict()
    entry = row.entry
    about = {"state": entry.standing.state, "since": entry.standing.since, "name": entry.title}
    return about | {"run": entry.run_id, "part_of": entry.parent} | dict(entry.values)


def _record_facts(record: Record) -> Facts:
    return {"name": record.table, "says": record.says, "kind": "table"}


def _key(row: Row) -> str:
    return row.table if isinstance(row, Record) else row.entry.key
