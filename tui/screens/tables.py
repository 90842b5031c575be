"""Every table of the source as it stands: list, rows, one row in full, and `:sql`."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from ...data import tables
from ...data.errors import UsageError, VedetteError
from ...data.filters import Facts, Kind
from ...data.source import Question, Source
from ...data.tables import Page, Referrer, Table, TablesFacts, Value
from ...data.text import clean
from .. import numbers, parts
from ..drawing import empty
from ..drawing import tables as drawing
from ..drawing.tables import Detail, Grid
from ..line import Line, Span
from ..widgets.lines import LineView
from ..widgets.pane import Pane
from ..widgets.prompt import Asked
from .base import ConsoleScreen, CopyChoice

Level = Literal["list", "grid", "detail"]


class GridRow(NamedTuple):
    """One row of the page on screen."""

    number: int
    values: tuple[Value, ...]


class TablesScreen(ConsoleScreen):
    """What else does this file hold?"""

    CSS_PATH = "tables.tcss"
    name_ = "tables"
    number = "9"
    footer = ("enter", "out", "filter", "sql", "copy_menu", "export_menu")
    filter_fields: ClassVar[Mapping[str, Kind]] = {"table": Kind.TEXT, "rows": Kind.NUMBER}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "out", "out", key_display="esc"),
        Binding("h,left", "columns(-1)", "columns left"),
        Binding("l,right", "columns(1)", "columns right"),
        Binding("s", "sql", "sql"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.level: Level = "list"
        self._page: Page | None = None
        self._trail: list[tuple[Page, tuple[Value, ...]]] = []
        """The rows that links were followed from, to come back to."""
        self._first = 0
        self._row: tuple[Value, ...] = ()
        self._held: dict[Referrer, int] | None = None
        """How many rows point at the row in full; None until they are counted."""
        self._is_visit = False
        """Whether one row was opened from another screen, and `out` leads back there."""
        self._sql = ""

    # Asking and showing

    def question(self) -> Question[TablesFacts]:
        """The list; pages are asked for when they are opened."""
        return tables.read_tables

    def enter(self, **where: Any) -> None:
        """`sql`: a statement to run; `table`: one to open, with `column` and `value` one row."""
        self._is_visit = "column" in where
        if where.get("sql"):
            self._sql = where["sql"]
            self.call_later(self._run_sql, self._sql)
        elif "sql" in where:
            self.call_later(self.action_sql)
        if "column" in where:
            self.call_later(self._open_one, where["table"], where["column"], where["value"])
        elif where.get("table"):
            self.call_later(self._open_table, where["table"])

    def show(self, facts: TablesFacts) -> None:
        """The list of tables."""
        self._set_list()
        if self.level == "list":
            self._columns_pane.update()

    def compose_body(self) -> ComposeResult:
        """Head, one list for each level, and the columns of the selected table."""
        with Horizontal(id="tables-panes"):
            with Vertical(id="tables-main"):
                yield Pane(self._head, id="tables-head")
                yield Pane(self._why_empty, id="tables-empty")
                yield LineView(self._draw_table, lambda table: table.name, id="tables-list")
                yield LineView(self._draw_row, lambda row: str(row.number), id="grid-list")
                yield LineView(self._draw_detail, lambda line: line.key, id="detail-list")
            yield Pane(self._columns, id="tables-columns", ground="ground-panel")

    def on_mount(self) -> None:
        """Begins at the list."""
        self._to("list")

    # Frame

    def identity(self) -> Sequence[Sequence[Span]]:
        """How many tables, and what system they belong to."""
        if self.facts is None:
            return [[("reading", "muted")]]
        source = self.app.poller.source
        label = source.system.label if source is not None else ""
        count = numbers.count(len(self.facts.tables))
        return [[(count, "bright bold"), (" tables", "muted")], [(label, "muted")]]

    def crumbs(self) -> Sequence[str]:
        """Tables, the table, the row."""
        path = ["Tables"]
        if self.level != "list" and self._page is not None:
            path.append(self._page.title)
        if self.level == "detail":
            path.append("row")
        return tuple(path)

    def crumb_values(self) -> Sequence[tuple[str, str]]:
        """The filter; on a page, how much of it there is."""
        if self.level == "list" or self._page is None:
            return (("filter", self.filter_text or "none"),)
        cut = "+" if self._page.more_after else ""
        rows = ("rows", f"{len(self._page.rows):,}{cut}")
        if not self._page.where:
            return (rows,)
        where = parts.cut(clean(self._page.where, 200), 30, self.view.glyphs)
        return (("where", where), rows)

    # Lists

    @property
    def _columns_pane(self) -> Pane:
        return self.query_one("#tables-columns", Pane)

    def _view_of(self, level: Level) -> LineView[Any]:
        name = {"list": "#tables-list", "grid": "#grid-list", "detail": "#detail-list"}[level]
        return self.query_one(name, LineView)

    def _set_list(self) -> None:
        found = self.facts.tables if self.facts is not None else ()
        shown = [table for table in found if self.filter.matches(_facts(table))]
        self._view_of("list").rows = shown
        self.set_class(self.facts is not None and not shown, "-nothing")
        self.query_one("#tables-empty", Pane).update()

    def _why_empty(self, width: int, height: int) -> Sequence[Line]:
        rows = self.filter_facts()
        if not rows:
            return empty.said("This file has no tables.", "", [("0", "what is known of it")], width)
        emptied = self.filter.explain_empty(rows)
        return empty.no_match(len(rows), "tables", self.filter_text, emptied, width, self.view)

    def filter_facts(self) -> Sequence[Facts]:
        """Every table."""
        return [_facts(table) for table in (self.facts.tables if self.facts else ())]

    def filter_changed(self) -> None:
        """Shows the tables that match."""
        self._set_list()

    def _to(self, level: Level) -> None:
        self.level = level
        for name in ("list", "grid", "detail"):
            self.set_class(name == level, f"-{name}")
        self._view_of(level).focus()
        self.query_one("#tables-head", Pane).update()
        self.draw_frame()

    # Drawing

    def _head(self, width: int, _: int) -> Sequence[Line]:
        if self.level == "list":
            return [drawing.tables_head(width)]
        if self.level == "grid" and self._page is not None:
            return [drawing.grid_head(self._page, self._grid(width), width, self.view)]
        return []

    def _grid(self, width: int) -> Grid:
        assert self._page is not None
        return drawing.grid(self._page, self._first, width)

    def _draw_table(self, table: Table, width: int) -> Line:
        return drawing.table_line(table, width, self.view)

    def _draw_row(self, row: GridRow, width: int) -> Line:
        return drawing.grid_line(row.values, self._grid(width), width, self.view)

    def _draw_detail(self, line: Detail, width: int) -> Line:
        return drawing.detail_line(line, width, self.view)

    def _columns(self, width: int, height: int) -> Sequence[Line]:
        table = self._view_of("list").selected
        return drawing.table_details(table, width, height, self.view) if table is not None else []

    @on(LineView.Moved, "#tables-list")
    def _moved(self, event: LineView.Moved) -> None:
        event.stop()
        self._columns_pane.update()

    # In and out

    def open_row(self, key: str, row: Any) -> None:
        """A table opens its rows, a row its columns, a foreign key the row it points at."""
        if isinstance(row, Table):
            self._open_table(row.name)
        elif isinstance(row, GridRow):
            self._row = row.values
            self._show_details()
        elif isinstance(row, Detail):
            self._follow(row)

    async def action_out(self) -> None:
        """Back to the level above; at the list, out of the screen."""
        if self.level == "detail" and self._is_visit and not self._trail:
            self._is_visit = False
            self._to("list")
            await self.app.action_back()
        elif self.level == "detail":
            self._to("grid")
        elif self.level == "grid" and self._trail:
            page, row = self._trail.pop()
            self._show_page(page)
            self._row = row
            self._show_details()
        elif self.level == "grid":
            self._to("list")
        elif self.filter_text:
            self.action_clear_filter()
        else:
            await self.app.action_back()

    def _open_table(self, name: str) -> None:
        self._first, self._trail = 0, []
        self._ask(lambda source, now: tables.read_page(source, name))

    def _open_one(self, name: str, column: str, value: Value) -> None:
        """One row in full, from another screen."""
        self._first, self._trail = 0, []

        def read(source: Source, now: float) -> Page:
            page = tables.read_row(source, name, column, value)
            if not page.rows:
                raise UsageError(f"{name} has no such row any more", "it was removed")
            return page

        self._ask(read, opens=True)

    def _ask(
        self,
        question: Question[Page],
        origin: tuple[Page, tuple[Value, ...]] | None = None,
        *,
        opens: bool = False,
    ) -> None:
        self.run_worker(self._read(question, origin, opens=opens), group="page", exclusive=True)

    async def _read(
        self,
        question: Question[Page],
        origin: tuple[Page, tuple[Value, ...]] | None,
        *,
        opens: bool,
    ) -> None:
        """Asks for a page, and `opens` its first row; what cannot be read is said."""

        def careful(source: Source, now: float) -> Page | VedetteError:
            try:
                return question(source, now)
            except VedetteError as error:
                return error

        answer = await self.app.poller.ask(careful)
        if isinstance(answer.value, VedetteError):
            self.say((answer.value.title, "bad"), (f"   {answer.value.hint}", "muted"))
        elif answer.value is not None:
            if origin is not None:
                self._trail.append(origin)
            self._show_page(answer.value)
            if opens:
                self._row = answer.value.rows[0]
                self._show_details()
        elif answer.looks.fault is not None:
            self.say((answer.looks.fault.title, "bad"))

    def _show_page(self, page: Page) -> None:
        self._page = page
        view = self._view_of("grid")
        view.rows = [GridRow(number, values) for number, values in enumerate(page.rows)]
        self._to("grid")
        self.say((self._page_says(page), "muted"))

    def _page_says(self, page: Page) -> str:
        where = f" where {clean(page.where, 200)}" if page.where else ""
        if not page.rows:
            return f"no rows{where}"
        more = "; more beyond the end" if page.more_after else ""
        noun = "row" if len(page.rows) == 1 else "rows"
        return f"{len(page.rows):,} {noun}{where}{more}"

    @on(LineView.EdgeReached, "#grid-list")
    def _edge(self, event: LineView.EdgeReached) -> None:
        """The next page by key, or the one before."""
        event.stop()
        page = self._page
        if page is None or not page.keys:
            return
        if event.edge == "end" and page.more_after:
            after = page.keys[-1]
            self._ask(lambda source, now: tables.read_page(source, page.title, after=after))
        elif event.edge == "start" and page.more_before:
            before = page.keys[0]
            self._ask(lambda source, now: tables.read_page(source, page.title, before=before))

    def _show_details(self) -> None:
        assert self._page is not None
        self._held = None
        self._draw_details()
        self._to("detail")
        if self._page.referrers:
            self.run_worker(self._count_held(self._page, self._row), group="held", exclusive=True)

    def _draw_details(self) -> None:
        assert self._page is not None
        self._view_of("detail").rows = drawing.details(
            self._page, self._row, self._page.declared, self.size.width, self._held
        )

    async def _count_held(self, page: Page, row: tuple[Value, ...]) -> None:
        """How many rows point at the one in full, where that can be told in a moment."""

        def count(source: Source, now: float) -> dict[Referrer, int] | VedetteError:
            try:
                return tables.count_held(source, page.columns, row, page.referrers)
            except VedetteError as error:
                return error

        answer = await self.app.poller.ask(count)
        if isinstance(answer.value, dict) and self._page is page and self._row is row:
            self._held = answer.value
            self._draw_details()

    def _follow(self, line: Detail) -> None:
        """To the row a foreign key points at, or to the rows that point at this one."""
        page = self._page
        if page is None:
            return
        refers = line.refers
        if refers is not None:
            value = self._value_of(refers.target)
            self._jump(lambda s, _: tables.read_referring(s, refers.table, refers.column, value))
            return
        column = next((c for c in page.declared if c.name == line.key), None)
        if column is None or column.references is None:
            return
        value = self._value_of(column.name)
        table, target = column.references
        if value is None:
            self.say(("this link is empty", "muted"))
            return
        self._jump(lambda source, now: tables.read_row(source, table, target, value))

    def _value_of(self, column: str) -> Value:
        """The selected row's value in a column; SQLite's names have no case."""
        assert self._page is not None
        names = [name.lower() for name in self._page.columns]
        return self._row[names.index(column.lower())] if column.lower() in names else None

    def _jump(self, question: Question[Page]) -> None:
        """Asks for a page that a link leads to; `out` comes back here."""
        assert self._page is not None
        self._first = 0
        self._ask(question, (self._page, self._row))

    def action_columns(self, by: int) -> None:
        """Scrolls the grid by a column."""
        if self.level == "grid" and self._page is not None:
            self._first = max(0, min(len(self._page.columns) - 1, self._first + by))
            self.query_one("#tables-head", Pane).update()
            self._view_of("grid").redraw()

    def action_sql(self) -> None:
        """Asks for one reading statement."""
        self.prompt.ask(Asked("sql", self._run_sql, initial=self._sql))

    def _run_sql(self, text: str) -> None:
        self._sql, self._first, self._trail = text, 0, []
        if text.strip():
            self._ask(lambda source, now: tables.run_sql(source, text))

    # Taking away

    def copy_choices(self) -> Sequence[CopyChoice]:
        """The selected table's name, or the selected row's cells."""
        row = self._view_of(self.level).selected
        if isinstance(row, Table):
            return (CopyChoice("n", "name", row.name),)
        if isinstance(row, Detail):
            if row.refers is not None:
                return (CopyChoice("v", "value", row.key),)
            index = self._page.columns.index(row.key) if self._page else 0
            return (CopyChoice("v", "value", str(self._row[index])),)
        if isinstance(row, GridRow):
            return (CopyChoice("r", "row", "\t".join(map(drawing.cell_text, row.values))),)
        return ()

    def export_rows(self) -> Sequence[Mapping[str, Any]]:
        """The page on screen, or the list of tables."""
        if self.level == "list" or self._page is None:
            return [
                {"table": t.name, "rows": t.rows} for t in (self.facts.tables if self.facts else ())
            ]
        return [dict(zip(self._page.columns, row, strict=False)) for row in self._page.rows]

    def pager_text(self) -> str:
        """The row in full."""
        if self._page is None or not self._row:
            return ""
        lines = drawing.details(self._page, self._row, (), 200, self._held)
        return "\n".join(f"{line.label:<20} {line.text}" for line in lines)


def _facts(table: Table) -> Facts:
    return {
        "table": table.name,
        "rows": table.rows,
        "columns": tuple(c.name for c in table.columns),
    }
