"""What it costs: by model, agent, run, project or day, how fast, and how much budget is left."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from ...data import costs
from ...data.cost_totals import Scope
from ...data.costs import INNER, ORDERS, WINDOWS, CostRow, CostsFacts
from ...data.filters import Facts, Kind
from ...data.source import Question, Source
from ...data.spending import GROUPINGS
from .. import numbers, parts
from ..drawing import charts
from ..drawing import costs as drawing
from ..drawing.costs import Prices, Saved
from ..line import Line, Span
from ..widgets.lines import LineView
from ..widgets.pane import Pane
from .base import ConsoleScreen, CopyChoice

SUMMED = ("calls", "tokens_in", "tokens_out", "cache_read", "cache_write", "unpriced")


class CostsScreen(ConsoleScreen):
    """What does it cost, who spends it, and does it last?"""

    CSS_PATH = "costs.tcss"
    name_ = "costs"
    number = "4"
    footer = ("group", "window", "enter", "out", "prices", "export_menu", "filter")
    filter_fields: ClassVar[Mapping[str, Kind]] = {
        **dict.fromkeys(("key", *GROUPINGS, "src"), Kind.TEXT),
        **dict.fromkeys(SUMMED, Kind.NUMBER),
        "cost": Kind.MONEY,
        "share": Kind.SHARE,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "group", "group"),
        Binding("t", "window", "window"),
        Binding("S", "sort", "sort"),
        Binding("P", "prices", "prices"),
        Binding("escape,backspace", "out", "out", key_display="esc"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.by = "model"
        self.window = "today"
        self.scope: Scope = ()
        self.order = "cost"
        self._trail: list[tuple[str, Scope, str]] = []
        """The levels above: grouping, scope and the selected key."""
        self._wanted: str | None = None
        """The key the cursor goes to with the next answer; "": the first."""
        self._places: dict[str, int] = {}
        self._names: dict[tuple[str, str | None], str] = {}
        self._has_plot = False
        self._shown = 1
        self._prices: Prices | None = None
        self._saved: Saved | None = None

    # Asking and showing

    def question(self) -> Question[CostsFacts]:
        """The groups of the window, the hour's pace, the budgets."""
        by, window, scope, order = self.by, self.window, self.scope, self.order
        limits = self.app.settings.limits

        def read(source: Source, now: float) -> CostsFacts:
            return costs.read_costs(
                source, now, by, window, scope=scope, order=order, limits=limits
            )

        return read

    def enter(self, **where: Any) -> None:
        """`by`, `window` and `scope`, as `place` gives them; each alone keeps the others."""
        by, window = str(where.get("by")), str(where.get("window"))
        if by in (*GROUPINGS, "calls"):
            self._go(by, where.get("scope", ()))
        if window in WINDOWS:
            self.window = window

    def place(self) -> dict[str, Any]:
        """The level and the window."""
        return {"by": self.by, "window": self.window, "scope": self.scope}

    def show(self, facts: CostsFacts) -> None:
        """Groups keep their places until another grouping, window or order is asked for."""
        if (facts.by, facts.window, facts.scope) != (self.by, self.window, self.scope):
            # The answer to a question before this one.
            return
        if facts.by != "calls":
            for row in facts.rows:
                self._places.setdefault(_key(row), len(self._places))
        self._list.rows = self._rows(facts)
        self._go_to_wanted()
        self._arrange()
        self._draw_panes()
        if facts.is_behind and self.view.is_live:
            self.app.look_soon()

    def _go_to_wanted(self) -> None:
        """After another question: to its first group, or back to the one that was opened."""
        wanted, self._wanted = self._wanted, None
        if wanted is not None and not (wanted and self._list.select(wanted)):
            self._list.action_first()

    def compose_body(self) -> ComposeResult:
        """Heads, groups, total; the plot; the budgets."""
        with Vertical(id="costs-panes"):
            yield Pane(self._head, id="costs-head")
            yield LineView(self._draw_row, _key, id="costs-list")
            yield Pane(self._why_empty, id="costs-empty")
            yield Pane(self._total, id="costs-total")
            yield Pane(self._plot, id="costs-plot")
            yield Pane(self._budgets, id="costs-budgets")

    def on_mount(self) -> None:
        """The list has the keyboard; the plotting library comes after the first paint."""
        self._list.focus()
        self.call_after_refresh(self._load_plot)

    def on_resize(self) -> None:
        """Another height: shared out anew."""
        self.call_after_refresh(self._arrange)

    def second(self) -> None:
        """When a minute of the plot is over, the next one is asked for."""
        super().second()
        facts = self._facts
        if facts is not None and self.view.is_live and self.view.now // 60 > facts.now // 60:
            self.app.look_soon()
        elif not self.view.is_live:
            self._draw_panes()

    def _load_plot(self) -> None:
        self.run_worker(self._load_plot_library(), group="plot", exclusive=True)

    async def _load_plot_library(self) -> None:
        await asyncio.to_thread(charts.load)
        self._has_plot = True
        self.query_one("#costs-plot", Pane).update()

    # Frame

    @property
    def _facts(self) -> CostsFacts | None:
        facts: CostsFacts | None = self.facts
        return facts

    def identity(self) -> Sequence[Sequence[Span]]:
        """Today's sum, of its budget, and the pace."""
        facts, glyphs = self._facts, self.view.glyphs
        if facts is None:
            return [[("costs", "bright bold")], [("reading", "muted")]]
        if facts.why_empty:
            return [[("costs", "bright bold")], [("not recorded", "muted")]]
        spent = facts.today
        total = numbers.dollars(spent.micros / 1e6, glyphs, is_floor=spent.unpriced > 0)
        groups: list[list[Span]] = [[("today ", "muted"), (total, "bright bold")]]
        day = next((budget for budget in facts.budgets if budget.scope == "day"), None)
        if day is not None:
            groups[0].append((f" of {numbers.dollars(day.limit / 1e6, glyphs)}", "muted"))
            groups.append([(numbers.percent(day.share, glyphs), "ink")])
        rate = numbers.dollars(spent.per_minute / 1e6, glyphs)
        return [*groups, [(rate, "bright bold"), ("/min", "muted")]]

    def crumbs(self) -> Sequence[str]:
        """The window, what was drilled into, and the grouping."""
        inside = [self._named(by, key) for by, key in self.scope]
        return ("Costs", self.window, *inside, "calls" if self.by == "calls" else f"by {self.by}")

    def _named(self, by: str, key: str | None) -> str:
        return self._names.get((by, key)) or key or "none"

    def crumb_values(self) -> Sequence[tuple[str, str]]:
        """The window, the grouping, and what differs from the usual."""
        values = [("window", self.window), ("group", self.by)]
        if self.order != ORDERS[0]:
            values.append(("sort", self.order))
        if self.filter_text:
            values.insert(0, ("filter", self.filter_text))
        return values

    # Rows

    @property
    def _list(self) -> LineView[CostRow]:
        return self.query_one("#costs-list", LineView)

    def _rows(self, facts: CostsFacts) -> list[CostRow]:
        rows = list(facts.rows)
        if facts.by != "calls":
            rows.sort(key=lambda row: self._places.get(_key(row), len(self._places)))
        return [row for row in rows if not self.filter or self.filter.matches(self._row_facts(row))]

    def _row_facts(self, row: CostRow) -> Facts:
        total = self._facts.total.micros if self._facts is not None else 0
        words = tuple(filter(None, (row.name, row.key)))
        return {
            **{name: getattr(row, name) for name in SUMMED},
            "key": words,
            self.by: words,
            "cost": row.cost_usd,
            "share": row.micros / total if total else None,
            "src": drawing.SOURCES.get(row.source),
        } | ({"run": (row.about, row.run_id or "")} if self.by == "agent" else {})

    def filter_facts(self) -> Sequence[Facts]:
        """Every group."""
        return [self._row_facts(row) for row in (self._facts.rows if self._facts else ())]

    def filter_changed(self) -> None:
        """Shows the groups that match; the total stays that of all."""
        if self._facts is not None:
            self._list.rows = self._rows(self._facts)
            self._arrange()

    # Drawing

    def _arrange(self) -> None:
        """Shares the body's rows out: a change of heights is a new layout, equal ones cost none."""
        facts, height = self._facts, self.query_one("#costs-panes").size.height
        if facts is None or not height:
            return
        self.set_class(not facts.rows, "-empty")
        shares = drawing.arrange(height, len(self._list.rows), len(facts.budgets))
        if self._prices is not None and shares.budgets:
            # The list of prices takes the budgets' rows as well, and the empty one between.
            shares = shares._replace(plot=shares.plot + shares.budgets + 1, budgets=0)
        if not facts.rows:
            shares = shares._replace(total=0)
        if facts.why_empty:
            shares = shares._replace(plot=0, budgets=0)
        self._shown = shares.rows
        wanted = {
            "#costs-list": shares.rows,
            "#costs-total": shares.total,
            "#costs-plot": shares.plot,
            "#costs-budgets": shares.budgets,
        }
        for name, rows in wanted.items():
            widget = self.query_one(name)
            if widget.styles.height is None or widget.styles.height.value != rows:
                widget.styles.height = rows
            if widget.display != (rows > 0) and name != "#costs-list":
                widget.display = rows > 0

    def _draw_panes(self) -> None:
        for pane in self.query(Pane):
            pane.update()
        self._list.redraw()
        self._say_legend()

    def _say_legend(self) -> None:
        if not self.prompt.is_busy and self._facts is not None:
            self.say(*self._legend())

    def _legend(self) -> list[Span]:
        if self._facts is not None and self._facts.why_empty:
            return []
        # The list may not have been laid out at its new height yet.
        below = len(self._list.rows) - self._list.top - self._shown
        more = [*parts.more_below(below, self.view.glyphs), ("   ", "")] if below > 0 else []
        return [
            *more,
            ("rep", "ink"),
            (" reported by the agent   ", "muted"),
            ("tab", "ink"),
            (" price table   ", "muted"),
            (self.view.glyphs.nothing, "ink"),
            (" no price", "muted"),
        ]

    def _head(self, width: int, _: int) -> Sequence[Line]:
        return [drawing.head(self.by, width)]

    def _draw_row(self, row: CostRow, width: int) -> Line:
        facts = self._facts
        assert facts is not None
        return drawing.row_line(row, facts.total, width, self.view)

    def _total(self, width: int, height: int) -> Sequence[Line]:
        if self._facts is None:
            return []
        return drawing.total_lines(self._facts, width, height, self.view, self._saved)

    def _plot(self, width: int, height: int) -> Sequence[Line]:
        if self._prices is not None:
            return drawing.prices(self._prices, width, height, self.view)
        if self._facts is None:
            return []
        return drawing.chart(self._facts, width, height, self.view, is_drawn=self._has_plot)

    def _budgets(self, width: int, height: int) -> Sequence[Line]:
        if self._facts is None:
            return []
        return drawing.budgets(self._facts, width, height, self.view)

    def _why_empty(self, width: int, height: int) -> Sequence[Line]:
        if self._facts is None:
            return []
        return drawing.empty(self._facts, width)

    # Keys

    @on(LineView.Moved, "#costs-list")
    def _moved(self, event: LineView.Moved) -> None:
        event.stop()
        self._say_legend()

    def open_row(self, key: str, row: CostRow) -> None:
        """A group opens what is inside it; a call opens in its stream."""
        if self.by == "calls":
            self.app.visit(
                "stream", agent_id=row.agent_id, run_id=row.run_id, row=f"prompt {row.key}"
            )
            return
        inner = INNER.get(self.by)
        if inner is None or (self.by == "agent" and not row.key):
            self.say(("nothing is inside this", "muted"))
            return
        self._names[self.by, row.key] = row.name
        self._trail.append((self.by, self.scope, key))
        self._go(inner, (*self.scope, (self.by, row.key)))
        self._ask_anew()

    async def action_out(self) -> None:
        """Back to the level above; at the first, out of the screen."""
        if self._prices is not None:
            self.action_prices()
        elif self._trail:
            by, scope, key = self._trail.pop()
            self._go(by, scope)
            self._ask_anew(key)
        else:
            await self.app.action_back()

    def action_group(self) -> None:
        """The next grouping, of everything."""
        now = GROUPINGS.index(self.by) if self.by in GROUPINGS and not self.scope else -1
        self._trail = []
        self._go(GROUPINGS[(now + 1) % len(GROUPINGS)], ())
        self._ask_anew()

    def action_window(self) -> None:
        """The next window of time."""
        self.window = WINDOWS[(WINDOWS.index(self.window) + 1) % len(WINDOWS)]
        self._go(self.by, self.scope)
        self._ask_anew()

    def action_sort(self) -> None:
        """The next order; it holds until the next one, for rows do not move by themselves."""
        self.order = ORDERS[(ORDERS.index(self.order) + 1) % len(ORDERS)]
        self._go(self.by, self.scope)
        self._ask_anew()

    def _go(self, by: str, scope: Scope) -> None:
        self.by, self.scope = by, tuple((str(name), key) for name, key in scope)
        self._places = {}
        self._saved = None

    def _ask_anew(self, key: str = "") -> None:
        self._wanted = key
        self.draw_frame()
        self.query_one("#costs-head", Pane).update()
        self.app.look_soon()

    def action_prices(self) -> None:
        """Who priced which calls, in place of the plot; again: the plot."""
        if self._facts is not None and self._facts.why_empty:
            self.say((self._facts.why_empty, "muted"))
            return
        if self._prices is not None:
            self._prices = None
        else:
            self._prices = Prices((), "", "")
            self.run_worker(self._look_prices_up(self.window), group="prices", exclusive=True)
        self._arrange()
        self.query_one("#costs-plot", Pane).update()

    async def _look_prices_up(self, window: str) -> None:
        """The models, then the table in a thread: it takes a third of a second to load."""
        answer = await self.app.poller.ask(
            lambda source, now: costs.read_models(source, now, window)
        )
        rows = answer.value or ()
        self._show_prices(Prices(rows, "", ""), None)
        table, file = await asyncio.to_thread(_price_sources)
        found = await asyncio.to_thread(costs.cache_saved, rows, self.app.now)
        saved = None
        if found.uncached_micros > 0:
            share = found.micros / found.uncached_micros
            saved = Saved(found.micros, share, found.models, found.unknown)
        if window == self.window:
            self._show_prices(Prices(rows, table, file), saved)

    def _show_prices(self, prices: Prices, saved: Saved | None) -> None:
        if self._prices is None:
            return
        self._prices = prices
        # The sum is that of the whole window: inside a scope it would not fit the total.
        self._saved = saved if not self.scope else None
        self._draw_panes()

    # Taking away

    def copy_choices(self) -> Sequence[CopyChoice]:
        """The key, the name, and the command that prints this grouping."""
        row = self._list.selected
        if row is None:
            return ()
        by = self.by if self.by in GROUPINGS else "agent"
        window = f" --window {self.window}" if self.window in ("24h", "7d", "30d") else ""
        return (
            CopyChoice("i", "id", row.key or ""),
            CopyChoice("n", "name", row.name),
            CopyChoice("l", "link", f"vedette costs --by {by}{window} --db {self.app.path}"),
        )

    def export_rows(self) -> Sequence[Mapping[str, Any]]:
        """The rows in view with the command's columns."""
        return [
            {
                "key": row.key,
                **{name: getattr(row, name) for name in SUMMED[:-1]},
                "cost_usd": row.cost_usd,
                "unpriced": row.unpriced,
            }
            for row in self._list.rows
        ]


def _key(row: CostRow) -> str:
    return f"={row.key}" if row.key is not None else "none"


def _price_sources() -> tuple[str, str]:
    """The price table's name and version, and the configuration file. For a thread: 50 ms."""
    # Both are wanted on this one key only.
    from ...data.discovery import config_path

    try:
        table = f"genai-prices {metadata.version('genai-prices')}"
    except metadata.PackageNotFoundError:
        table = "none is installed"
    return table, config_path(os.environ)
