"""The start screen: every agent in view, most urgent first, and the selected one's pane."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical

from ...data.filters import Facts, Kind
from ...data.fleet import HOUR, FleetFacts, RunFacts, read_fleet
from ...data.preview import PreviewFacts, read_preview
from ...data.source import Question, Source
from .. import numbers, parts
from ..drawing import fleet as drawing
from ..drawing.fleet import FleetRow
from ..glyphs import FINISHED_STATES
from ..line import Line, Span
from ..widgets.lines import LineView
from ..widgets.pane import Pane
from .base import ConsoleScreen, CopyChoice

WINDOWS = (
    (900.0, "15m"),
    (HOUR, "1h"),
    (6 * HOUR, "6h"),
    (24 * HOUR, "24h"),
    (7 * 24 * HOUR, "7d"),
)
GROUPS = ("urgency", "project", "model", "state")
FLASH_SECONDS = 2.0


class Seen(NamedTuple):
    """What one look brings: the fleet, and the selected agent's pane."""

    fleet: FleetFacts
    preview: PreviewFacts | None


class FleetScreen(ConsoleScreen):
    """Who needs me, who is burning money, who is stuck?"""

    CSS_PATH = "fleet.tcss"
    name_ = "fleet"
    number = "1"
    footer = ("enter", "review", "filter", "command", "freeze", "window", "group")
    filter_fields: ClassVar[Mapping[str, Kind]] = {
        "state": Kind.TEXT,
        "run": Kind.TEXT,
        "agent": Kind.TEXT,
        "model": Kind.TEXT,
        "project": Kind.TEXT,
        "now": Kind.TEXT,
        "cost": Kind.MONEY,
        "ctx": Kind.SHARE,
        "age": Kind.DURATION,
        "tokens": Kind.NUMBER,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "review", "review gate"),
        Binding("t", "window", "window"),
        Binding("b,S", "group", "group"),
        Binding("h,left,z", "fold(True)", "fold"),
        Binding("l,right", "fold(False)", "unfold"),
        Binding("E", "next_trouble", "next error"),
        Binding("tab", "focus_next", "pane"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.window = 1
        self.group = 0
        self._toggled: set[str] = set()
        self._order: list[str] = []
        self._states: dict[str, str] = {}
        self._fresh: dict[str, float] = {}
        self._preview: PreviewFacts | None = None

    # Asking and showing

    def question(self) -> Question[Any]:
        """The fleet, and the pane of the agent under the cursor."""
        window, row = WINDOWS[self.window][0], self._selected()
        agent = row.agent if row is not None else None

        def read(source: Source, now: float) -> Seen:
            pane = read_preview(source, agent.id, agent.run_id, now) if agent is not None else None
            return Seen(read_fleet(source, now, window), pane)

        return read

    def show(self, facts: Seen) -> None:
        """The rows keep their places until a state changes."""
        self._preview = facts.preview
        self._note_changes(facts.fleet)
        self._list.rows = self._rows(facts.fleet)
        self._draw_panes()

    def compose_body(self) -> ComposeResult:
        """Head and list, and the pane."""
        with Container(id="fleet-panes"):
            with Vertical():
                yield Pane(lambda width, _: [drawing.head(width, self.view)], id="fleet-head")
                yield LineView(self._draw_row, _key, id="fleet-list", can_mark=True)
            yield Pane(self._pane, id="fleet-preview", ground="ground-panel")

    def on_mount(self) -> None:
        """The list has the keyboard."""
        self._list.focus()

    def second(self) -> None:
        """Marks of changes step back after two seconds; ages move."""
        now = self.view.now
        self._fresh = {key: until for key, until in self._fresh.items() if until > now}
        super().second()
        if self.is_counting():
            self._draw_panes()

    # Frame

    def identity(self) -> Sequence[Sequence[Span]]:
        """Runs, agents, what they cost."""
        fleet = self._fleet
        if fleet is None:
            return [[("reading", "muted")]]
        costs = [run.cost_usd for run in fleet.runs if run.cost_usd is not None]
        floor = any(run.unpriced for run in fleet.runs)
        total = numbers.dollars(sum(costs), self.view.glyphs, is_floor=floor)
        return [
            [(numbers.count(len(fleet.runs)), "bright bold"), (" runs", "muted")],
            [(numbers.count(fleet.agents), "bright bold"), (" agents", "muted")],
            [(total, "bright bold"), (" in view", "muted")],
        ]

    def crumbs(self) -> Sequence[str]:
        """Fleet, all runs, and the window."""
        return ("Fleet", "all runs", f"last {WINDOWS[self.window][1]}")

    def crumb_values(self) -> Sequence[tuple[str, str]]:
        """The filter, and the order."""
        return (("filter", self.filter_text or "none"), ("sort", GROUPS[self.group]))

    def is_counting(self) -> bool:
        """Whether any row in view is not over."""
        return any(run.status.state not in FINISHED_STATES for run in self._runs())

    # Rows

    @property
    def _fleet(self) -> FleetFacts | None:
        return self.facts.fleet if self.facts is not None else None

    @property
    def _list(self) -> LineView[FleetRow]:
        return self.query_one("#fleet-list", LineView)

    def _runs(self) -> Sequence[RunFacts]:
        return self._fleet.runs if self._fleet is not None else ()

    def _selected(self) -> FleetRow | None:
        return self._list.selected if self.is_mounted and self.query("#fleet-list") else None

    def _note_changes(self, fleet: FleetFacts) -> None:
        """Which states changed, and the order of the rows: new only when one did."""
        states = {
            row.key: row.status.state for row in drawing.flatten(fleet.runs, ()) if row.status
        }
        changed = [key for key, state in states.items() if self._states.get(key) != state]
        if self._states:
            self._fresh |= dict.fromkeys(changed, self.view.now + FLASH_SECONDS)
        if changed or len(states) != len(self._states) or not self._order:
            self._order = [run.id for run in fleet.runs]
        self._states = states

    def _rows(self, fleet: FleetFacts) -> list[FleetRow]:
        place = {run_id: index for index, run_id in enumerate(self._order)}
        runs = sorted(fleet.runs, key=lambda run: place.get(run.id, len(place)))
        if self.group:
            return self._grouped(runs)
        return self._matching(drawing.flatten(runs, self._folded(runs)))

    def _grouped(self, runs: Sequence[RunFacts]) -> list[FleetRow]:
        groups: dict[str, list[RunFacts]] = {}
        for run in runs:
            groups.setdefault(_group_of(run, GROUPS[self.group]), []).append(run)
        rows: list[FleetRow] = []
        for name in sorted(groups):
            inside = self._matching(drawing.flatten(groups[name], self._folded(groups[name])))
            if inside:
                heading = f"{GROUPS[self.group]} {name}"
                rows += [FleetRow("", None, None, (), 0, heading), *inside]
        return rows

    def _folded(self, runs: Sequence[RunFacts]) -> set[str]:
        """Finished runs are folded, open ones are not, until a person says otherwise."""
        over = {run.id for run in runs if run.status.state in FINISHED_STATES | {"FAILED"}}
        return over ^ (self._toggled & {run.id for run in runs})

    def _matching(self, rows: list[FleetRow]) -> list[FleetRow]:
        if not self.filter:
            return rows
        return [row for row in rows if self.filter.matches(self._facts_of(row))]

    def _facts_of(self, row: FleetRow) -> Facts:
        run, agent, status = row.run, row.agent, row.status
        assert run is not None
        assert status is not None
        facts = agent or run
        return {
            "state": status.state,
            "run": (run.id, run.title),
            "agent": agent.name if agent else None,
            "model": agent.model if agent else None,
            "project": run.project,
            "now": status.now,
            "cost": facts.cost_usd,
            "ctx": facts.context,
            "age": self.view.now - status.since if status.since is not None else None,
            "tokens": agent.tokens if agent else None,
            "err": status.state == "FAILED",
        }

    def filter_facts(self) -> Sequence[Facts]:
        """Every run and agent in view."""
        return [self._facts_of(row) for row in drawing.flatten(self._runs(), ())]

    def filter_changed(self) -> None:
        """Shows what matches."""
        if self._fleet is not None:
            self._list.rows = self._rows(self._fleet)
            self._draw_panes()

    # Drawing

    def _draw_row(self, row: FleetRow, width: int) -> Line:
        return drawing.row_line(row, width, self.view, self._fresh)

    def _draw_panes(self) -> None:
        self.query_one("#fleet-preview", Pane).update()
        below = self._list.below
        if not self.prompt.is_busy:
            self.say(*(parts.more_below(below, self.view.glyphs) if below else ()))

    def _pane(self, width: int, height: int) -> Sequence[Line]:
        if self._fleet is not None and not self._list.rows:
            return self._why_empty(width)
        row, facts = self._selected(), self._preview
        if row is None or row.agent is None or facts is None or row.agent.id != facts.agent_id:
            facts = None
        return drawing.preview(row, facts, width, height, self.view)

    def _why_empty(self, width: int) -> list[Line]:
        if self.filter:
            said = "no row matches the filter; esc in / clears it"
        else:
            said = f"no run is open, and none ended in the last {WINDOWS[self.window][1]}"
        return parts.details([("empty", [(said, "ink")])], width, margin=1)

    # Keys

    @on(LineView.Moved, "#fleet-list")
    def _moved(self, event: LineView.Moved) -> None:
        event.stop()
        self._draw_panes()
        self.app.look_soon()

    def open_row(self, key: str, row: FleetRow) -> None:
        """A run opens on its waterfall, an agent on its stream."""
        if row.agent is not None:
            self.app.visit("stream", agent_id=row.agent.id, run_id=row.agent.run_id)
        elif row.run is not None:
            self.app.visit("run", run_id=row.run.id)

    def action_review(self) -> None:
        """Opens the review of the selected row's gate; the list itself decides nothing."""
        row = self._selected()
        gates = [
            why for why in (row.status.why if row and row.status else ()) if "approval " in why
        ]
        if gates:
            self.app.visit("review", id=gates[0].removeprefix("approval "))
        else:
            self.say(("no gate is open on this row", "muted"))

    def action_window(self) -> None:
        """The next window of time for runs that are over."""
        self.window = (self.window + 1) % len(WINDOWS)
        self.app.look_soon()

    def action_group(self) -> None:
        """The next way to group."""
        self.group = (self.group + 1) % len(GROUPS)
        self.filter_changed()
        self.draw_frame()

    def action_fold(self, fold: bool) -> None:
        """Folds or unfolds the run of the selected row."""
        row = self._selected()
        if row is None or row.run is None:
            return
        is_folded = row.run.id in self._folded([row.run])
        if is_folded != fold:
            self._toggled ^= {row.run.id}
            self.filter_changed()
            self._list.select(f"run {row.run.id}")

    def action_next_trouble(self) -> None:
        """The next failed row below the cursor, from the top again at the end."""
        rows = list(self._list.rows)
        start = self._list.cursor + 1
        for row in [*rows[start:], *rows[:start]]:
            if row.status is not None and row.status.state == "FAILED":
                self._list.select(row.key)
                return
        self.say(("nothing failed in view", "muted"))

    # Taking away

    def copy_choices(self) -> Sequence[CopyChoice]:
        """The id, the why, and the command that shows this."""
        row = self._selected()
        if row is None or row.run is None or row.status is None:
            return ()
        found = row.agent.id if row.agent else row.run.id
        return (
            CopyChoice("i", "id", found),
            CopyChoice("n", "name", row.agent.name if row.agent else row.run.title),
            CopyChoice("w", "why", "\n".join(row.status.why) or row.status.now),
            CopyChoice(
                "l", "link", f"vedette agents --filter run:{row.run.id} --db {self.app.path}"
            ),
        )

    def export_rows(self) -> Sequence[Mapping[str, Any]]:
        """The rows in view as the filter sees them."""
        return [dict(self._facts_of(row)) for row in self._list.rows if row.status is not None]


def _key(row: FleetRow) -> str:
    return row.key


def _group_of(run: RunFacts, by: str) -> str:
    if by == "project":
        return run.project or "none"
    if by == "state":
        return run.status.state
    models = {drawing.short_model(agent.model) for agent in run.agents if agent.model}
    return models.pop() if len(models) == 1 else "several" if models else "none"
