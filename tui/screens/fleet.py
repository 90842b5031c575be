"""The start screen: every agent in view, most urgent first, and the selected one's pane."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical

from ...data.filters import Facts, Kind
from ...data.fleet import HOUR, FleetFacts, RunFacts, merge_fleets, read_fleet
from ...data.known import Known, read_known
from ...data.pace import read_pace
from ...data.preview import PreviewFacts, read_preview
from ...data.source import Question, Source
from .. import numbers, parts
from ..drawing import charts, empty, fleet_aside
from ..drawing import fleet as drawing
from ..drawing.fleet import FleetRow
from ..drawing.known import known_lines
from ..drawing.preview import preview
from ..glyphs import FINISHED_STATES
from ..line import BLANK, Line, Span
from ..view import View
from ..watched import Watched
from ..widgets.lines import LineView
from ..widgets.pane import Pane
from .base import CopyChoice
from .starting import STEPS, StartingScreen

if TYPE_CHECKING:
    from ...data.costs import Today

WINDOWS = (
    (900.0, "15m"),
    (HOUR, "1h"),
    (6 * HOUR, "6h"),
    (24 * HOUR, "24h"),
    (7 * 24 * HOUR, "7d"),
)
GROUPS = ("urgency", "project", "model", "state")
UNKNOWN_KEYS = ("look_now", "enter", "filter", "command")
STEP_KEYS = ("demo", "hooks", "snippet", "open_other", "command", "leave")
FLASH_SECONDS = 2.0
WIDE = 160
"""Columns from which on there is room for each agent's pace."""
VAST = 200
TALL = 36
"""Columns and rows from which on there is a third pane."""
UNKNOWN_WORDS = ("STALE", "RETRY", "NO FILE")
"""Freshness words at which the pane says what is still known."""


class Seen(NamedTuple):
    """What one look brings: the fleet, and the selected agent's pane."""

    fleet: FleetFacts
    preview: PreviewFacts | None
    today: "Today | None" = None
    pace: Mapping[str, Sequence[int]] | None = None
    """Tokens by the minute of each open agent; None where there is no room for them."""
    minutes: Sequence[int] | None = None
    """Micro-dollars of each minute of the last hour; None where there is no room for them."""


class FleetScreen(StartingScreen):
    """Who needs me, who is burning money, who is stuck?"""

    CSS_PATH = "fleet.tcss"
    name_ = "fleet"
    number = "1"
    is_merged = True
    footer = ("enter", "review", "filter", "command", "freeze", "window", "group")
    filter_fields: ClassVar[Mapping[str, Kind]] = {
        "state": Kind.TEXT,
        "run": Kind.TEXT,
        "agent": Kind.TEXT,
        "model": Kind.TEXT,
        "project": Kind.TEXT,
        "now": Kind.TEXT,
        "source": Kind.TEXT,
        "cost": Kind.MONEY,
        "ctx": Kind.SHARE,
        "age": Kind.DURATION,
        "tokens": Kind.NUMBER,
    }
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's own name and type
        (0, "-tiny"),
        (60, "-narrow"),
        (120, "-wide"),
        (WIDE, "-huge"),
        (VAST, "-vast"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-short"), (TALL, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "review", "review gate"),
        Binding("t", "window", "window"),
        Binding("b,S", "group", "group"),
        # Before the folding: it is offered only where there is nothing to fold.
        Binding("h", "hooks", "hooks"),
        Binding("h,left,z", "fold(True)", "fold"),
        Binding("l,right", "fold(False)", "unfold"),
        Binding("E", "next_trouble", "next error"),
        Binding("d", "demo", "demo"),
        Binding("s", "snippet", "snippet"),
        Binding("o", "open_other", "open another"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.window = 1
        self.group = 0
        self._toggled: set[str] = set()
        self._order: list[str] = []
        self._states: dict[str, str] = {}
        self._fresh: dict[str, float] = {}
        self._seen: dict[str, Seen] = {}
        """What each of several sources brought last, by its name."""
        self._preview: PreviewFacts | None = None
        self._known: Known | None = None
        self._below = 0
        self._shown_room = (False, False, False)
        self._has_plot = False

    def enter(self, **where: Any) -> None:
        """Coming back: what is opened next is of the source that the cursor stands in."""
        row = self._selected()
        if row is not None and row.source:
            self.app.read_from(self.app.source_named(row.source))

    # Asking and showing

    def question(self) -> Question[Any]:
        """The fleet, and the pane of the agent under the cursor."""
        return self.question_of("")

    def question_of(self, source: str) -> Question[Any]:
        """One source's fleet, and the pane of the agent under the cursor if it is of that."""
        window, row = WINDOWS[self.window][0], self._selected()
        agent = row.agent if row is not None and row.source == source else None
        is_wide = self.size.width >= WIDE
        self._shown_room = self._room
        has_aside = self.size.width >= VAST and self.size.height >= TALL
        is_hurried = self.app.is_hurried

        def read(source: Source, now: float) -> Seen:
            if is_hurried:
                return Seen(read_fleet(source, now, window), None)
            # Adding up costs is a part of its own, and not on the way to the first paint.
            from ...data.burn import read_burn
            from ...data.costs import today

            pane = read_preview(source, agent.id, agent.run_id, now) if agent is not None else None
            fleet = read_fleet(source, now, window)
            return Seen(
                fleet,
                pane,
                None if "cost" in source.lacks else today(source, now),
                read_pace(source, fleet, now) if is_wide else None,
                _each_minute(read_burn(source, now).minutes()) if has_aside else None,
            )

        return read

    def show(self, facts: Seen) -> None:
        """The rows keep their places until a state changes."""
        self._preview = facts.preview
        self._note_changes(facts.fleet)
        self._list.rows = self._rows(facts.fleet)
        self._draw_panes()

    def receive_from(self, source: str, facts: Seen) -> None:
        """One of several sources answered; what the others said last stays beside it."""
        is_first, was_at_top = source not in self._seen, self._list.cursor <= 0
        self._seen[source] = facts
        in_order = {each.name: self._seen[each.name] for each in self._heard()}
        row = self._selected()
        merged = _merged(in_order, row.source if row is not None else source)
        if is_first:
            # What a source says first is no change, but has its place among the others.
            self._states |= _states_of(run for run in merged.fleet.runs if run.source == source)
            self._order = []
        self.receive(merged)
        if is_first and was_at_top and self._list.rows:
            # Whichever source answered first, the cursor begins at the most urgent row.
            self._list.select(self._list.rows[0].key)

    def _heard(self) -> list[Watched]:
        return [each for each in self.app.sources if each.name in self._seen]

    def source_turned(self) -> None:
        """The cursor goes to the first run of the source that is read now, if it has any."""
        name = self.app.current.name
        first = next((row for row in self._list.rows if row.source == name and row.run), None)
        if first is None:
            self.say((f"{name}: no run in view", "muted"))
            self._draw_panes()
        else:
            self._list.select(first.key)

    def compose_body(self) -> ComposeResult:
        """Head and list, and beside or below them the panes."""
        with Container(id="fleet-panes"):
            with Vertical(id="fleet-main"):
                yield Pane(self._head, id="fleet-head")
                yield Pane(self._why_empty, id="fleet-empty")
                yield LineView(self._draw_row, _key, id="fleet-list", can_mark=True)
            with Vertical(id="fleet-side"):
                yield Pane(self._pane, id="fleet-preview", ground="ground-panel")
                yield Pane(self._aside, id="fleet-aside", ground="ground-panel")

    def on_mount(self) -> None:
        """The list has the keyboard."""
        self._list.focus()

    def on_resize(self) -> None:
        """More or less room: more or fewer facts."""
        if self.facts is not None and self._room != self._shown_room:
            self.app.look_soon()

    def second(self) -> None:
        """Marks of changes step back after two seconds; ages move."""
        now = self.view.now
        self._fresh = {key: until for key, until in self._fresh.items() if until > now}
        super().second()
        if self._is_unknown:
            self.run_worker(self._read_known(), group="known", exclusive=True)
        if self.is_counting() or self._is_unknown:
            self._draw_panes()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The first steps are offered only where nothing is recorded."""
        if action in ("demo", "hooks", "snippet", "open_other"):
            return self._is_new
        return super().check_action(action, parameters)

    @property
    def _room(self) -> tuple[bool, bool, bool]:
        """Which of the facts there is room for."""
        return self.size.width >= WIDE, self.size.width >= VAST, self.size.height >= TALL

    def footer_keys(self) -> Sequence[str]:
        """Where nothing is recorded, how to begin."""
        if self._is_unknown:
            return UNKNOWN_KEYS
        return STEP_KEYS if self._is_new else self.footer

    @property
    def _is_new(self) -> bool:
        """Whether the database has no run at all."""
        return self._is_bare and self._system in ("", "vedette")

    @property
    def _is_bare(self) -> bool:
        return self._fleet is not None and not self._fleet.is_recorded

    @property
    def _system(self) -> str:
        source = self.app.poller.source
        return source.system.name if source is not None else ""

    @property
    def _is_unknown(self) -> bool:
        return self.app.freshness.word in UNKNOWN_WORDS

    async def _read_known(self) -> None:
        """A stat may hang in a dead mount: beside the event loop."""
        writers = self.app.current.headline.writers
        self._known = await asyncio.to_thread(read_known, self.app.path, writers)
        self.query_one("#fleet-preview", Pane).update()

    async def _load_plot_library(self) -> None:
        await asyncio.to_thread(charts.load)
        self._has_plot = True
        self.query_one("#fleet-aside", Pane).update()

    # Frame

    def identity(self) -> Sequence[Sequence[Span]]:
        """Runs, agents, what they cost."""
        fleet = self._fleet
        if fleet is None:
            return [[("reading", "muted")]]
        if self._is_bare:
            return [[("no runs yet" if self._system != "unknown" else "unknown system", "muted")]]
        groups: list[list[Span]] = [
            _counted(len(fleet.runs), "run"),
            _counted(fleet.agents, "agent"),
        ]
        return groups + self._money(self.facts.today)

    def _money(self, today: "Today | None") -> list[list[Span]]:
        """What was spent today, and how fast it goes now."""
        if today is None or self._is_new:
            return []
        glyphs = self.view.glyphs
        spent = numbers.dollars(today.micros / 1e6, glyphs, is_floor=today.unpriced > 0)
        groups: list[list[Span]] = [[(spent, "bright bold"), (" today", "muted")]]
        if today.per_minute:
            rate = numbers.dollars(today.per_minute / 1e6, glyphs)
            groups.append([(rate, "bright bold"), ("/min", "muted")])
        return groups

    def crumbs(self) -> Sequence[str]:
        """Fleet, all runs, and the window."""
        return ("Fleet", "all runs", f"last {WINDOWS[self.window][1]}")

    def crumb_values(self) -> Sequence[tuple[str, str]]:
        """The filter, and the order."""
        return (("filter", self.filter_text or "none"), ("sort", self._groups[self.group]))

    @property
    def _groups(self) -> Sequence[str]:
        return (*GROUPS, "source") if self.app.has_several else GROUPS

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
        states = _states_of(fleet.runs)
        changed = [key for key, state in states.items() if self._states.get(key) != state]
        if self._states:
            self._fresh |= dict.fromkeys(changed, self.view.now + FLASH_SECONDS)
        if changed or len(states) != len(self._states) or not self._order:
            self._order = [drawing.run_key(run) for run in fleet.runs]
        self._states = states

    def _rows(self, fleet: FleetFacts) -> list[FleetRow]:
        place = {key: index for index, key in enumerate(self._order)}
        runs = sorted(fleet.runs, key=lambda run: place.get(drawing.run_key(run), len(place)))
        if self.group:
            return self._grouped(runs)
        return self._matching(drawing.flatten(runs, self._folded(runs)))

    def _grouped(self, runs: Sequence[RunFacts]) -> list[FleetRow]:
        groups: dict[str, list[RunFacts]] = {}
        for run in runs:
            groups.setdefault(_group_of(run, self._groups[self.group]), []).append(run)
        rows: list[FleetRow] = []
        for name in sorted(groups):
            inside = self._matching(drawing.flatten(groups[name], self._folded(groups[name])))
            if inside:
                heading = f"{self._groups[self.group]} {name}"
                rows += [FleetRow("", None, None, (), 0, heading), *inside]
        return rows

    def _folded(self, runs: Sequence[RunFacts]) -> set[str]:
        """Finished runs are folded, open ones are not, until a person says otherwise."""
        over = {
            drawing.run_key(run) for run in runs if run.status.state in FINISHED_STATES | {"FAILED"}
        }
        return over ^ (self._toggled & {drawing.run_key(run) for run in runs})

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
            "source": run.source or None,
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

    def _head(self, width: int, height: int) -> Sequence[Line]:
        return [drawing.head(width, self.view, self._source_names)]

    @property
    def _source_names(self) -> Sequence[str]:
        app = self.app
        return [each.name for each in app.sources] if app.has_several else ()

    def _draw_row(self, row: FleetRow, width: int) -> Line:
        pace = self.facts.pace if self.facts is not None else None
        view = self._view_of(row.source)
        return drawing.row_line(row, width, view, self._fresh, pace, self._source_names)

    def _view_of(self, source: str) -> View:
        """The circumstances of one source's rows: they are true as long as it is live."""
        view, app = self.view, self.app
        if not app.has_several:
            return view
        return replace(view, is_live=app.source_named(source).freshness.is_live)

    def _draw_panes(self) -> None:
        is_empty = self._fleet is not None and not self._list.rows
        self.set_class(is_empty, "-nothing")
        self.set_class(is_empty and not self._is_unknown, "-alone")
        self.set_class(self._is_bare, "-new")
        for pane in self.query(Pane):
            pane.update()
        if self._list.below != self._below and not self.prompt.is_busy:
            self._say_below()

    def _say_below(self) -> None:
        self._below = self._list.below
        self.say(*(parts.more_below(self._below, self.view.glyphs) if self._below else ()))

    def _pane(self, width: int, height: int) -> Sequence[Line]:
        if self._is_unknown:
            took = self.app.poller.cost.recent_ms
            fresh, read_ms = self.app.freshness, took[-1] if took else None
            return known_lines(self.app.path, self._known, fresh, read_ms, width, height, self.view)
        row, facts = self._selected(), self._preview
        if row is None or row.agent is None or facts is None or row.agent.id != facts.agent_id:
            facts = None
        return preview(row, facts, width, height, self.view)

    def _aside(self, width: int, height: int) -> Sequence[Line]:
        minutes = self.facts.minutes if self.facts is not None else None
        if minutes is not None and not self._has_plot:
            self.run_worker(self._load_plot_library(), group="plot", exclusive=True)
            minutes = None
        return fleet_aside.aside(self._needing(), minutes, width, height, self.view)

    def _needing(self) -> list[fleet_aside.Needing]:
        """What waits in each source that is live, and the names of its agents."""
        app = self.app
        if not app.has_several:
            return [fleet_aside.needing("", app.headline, self._fleet)]
        return [
            fleet_aside.needing(each.name, each.headline, self._seen[each.name].fleet)
            for each in self._heard()
            if each.freshness.is_live
        ]

    def _why_empty(self, width: int, height: int) -> Sequence[Line]:
        fleet = self._fleet
        if fleet is None:
            return []
        if self._is_new:
            return _first_steps(width)
        if self._is_bare:
            return self._nothing_known(width)
        if self.filter:
            rows = [
                self._facts_of(row)
                for row in drawing.flatten(fleet.runs, ())
                if row.agent is not None
            ]
            emptied = self.filter.explain_empty(rows)
            return empty.no_match(len(rows), "agents", self.filter_text, emptied, width, self.view)
        bold = f"No run is open, and none ended in the last {WINDOWS[self.window][1]}."
        keys = [("t", "a longer window")] if self.window + 1 < len(WINDOWS) else []
        return empty.said(bold, "A new one is shown as soon as it begins.", keys, width)

    def _nothing_known(self, width: int) -> list[Line]:
        """Another system's file without runs, or a file of no system that is known."""
        keys = [("9", "its tables"), ("0", "what is known of it")]
        if self._system == "unknown":
            bold = "This file is of no agent system that Vedette knows."
            return empty.said(bold, "It is opened as it is, read-only.", keys, width)
        return empty.said("No run is recorded in this file yet.", "", keys, width)

    # Keys

    @on(LineView.Moved, "#fleet-list")
    def _moved(self, event: LineView.Moved) -> None:
        event.stop()
        row: FleetRow | None = event.row
        if row is not None and row.source:
            # What is opened from here on is of the source that the cursor stands in.
            self.app.read_from(self.app.source_named(row.source))
        self._draw_panes()
        self._say_below()
        self.app.look_soon()

    def open_row(self, key: str, row: FleetRow) -> None:
        """A run opens on its waterfall, an agent on its stream, each in its own source."""
        source = self.app.source_named(row.source)
        if row.agent is not None:
            agent = row.agent
            self.app.visit("stream", source, agent_id=agent.id, run_id=agent.run_id)
        elif row.run is not None:
            self.app.visit("run", source, run_id=row.run.id)

    def action_review(self) -> None:
        """Opens the review of the selected row's gate; the list itself decides nothing."""
        row = self._selected()
        gates = [
            why for why in (row.status.why if row and row.status else ()) if "approval " in why
        ]
        if row is not None and gates:
            source = self.app.source_named(row.source)
            self.app.visit("review", source, id=gates[0].removeprefix("approval "))
        else:
            self.say(("no gate is open on this row", "muted"))

    def action_window(self) -> None:
        """The next window of time for runs that are over."""
        self.window = (self.window + 1) % len(WINDOWS)
        self.app.look_soon()

    def action_group(self) -> None:
        """The next way to group."""
        self.group = (self.group + 1) % len(self._groups)
        self.filter_changed()
        self.draw_frame()

    def action_fold(self, fold: bool) -> None:
        """Folds or unfolds the run of the selected row."""
        row = self._selected()
        if row is None or row.run is None:
            return
        key = drawing.run_key(row.run)
        if (key in self._folded([row.run])) != fold:
            self._toggled ^= {key}
            self.filter_changed()
            self._list.select(key)

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
                "l",
                "link",
                f"vedette agents --filter run:{row.run.id}"
                f" --db {self.app.source_named(row.source).path}",
            ),
        )

    def export_rows(self) -> Sequence[Mapping[str, Any]]:
        """The rows in view as the filter sees them."""
        return [dict(self._facts_of(row)) for row in self._list.rows if row.status is not None]


def _states_of(runs: Iterable[RunFacts]) -> dict[str, str]:
    rows = drawing.flatten(list(runs), ())
    return {row.key: row.status.state for row in rows if row.status}


def _each_minute(models: Mapping[str, Sequence[int]]) -> list[int]:
    return _summed(models.values())


def _summed(minutes: Iterable[Sequence[int]]) -> list[int]:
    return [sum(minute) for minute in zip(*minutes, strict=True)]


def _counted(number: int, noun: str) -> list[Span]:
    return [(numbers.count(number), "bright bold"), (f" {noun}{'s' * (number != 1)}", "muted")]


def _merged(seen: Mapping[str, Seen], selected: str) -> Seen:
    """What several sources brought as one, by their names; the pane is the selected row's."""
    todays = [each.today for each in seen.values() if each.today is not None]
    paces = {name: each.pace for name, each in seen.items() if each.pace is not None}
    minutes = [each.minutes for each in seen.values() if each.minutes is not None]
    return Seen(
        merge_fleets({name: each.fleet for name, each in seen.items()}),
        seen[selected].preview if selected in seen else None,
        _sum_of(todays) if todays else None,
        drawing.merge_paces(paces) if paces else None,
        _summed(minutes) if minutes else None,
    )


def _sum_of(todays: Sequence["Today"]) -> "Today":
    first = todays[0]
    return first._replace(
        micros=sum(each.micros for each in todays),
        unpriced=sum(each.unpriced for each in todays),
        per_minute=sum(each.per_minute for each in todays),
    )


def _first_steps(width: int) -> list[Line]:
    bold = "No agent run has been recorded here yet."
    muted = "This screen moves on by itself when there is one."
    steps = [empty.step(*each, width) for each in STEPS]
    heading = empty.said("", "START HERE", (), width)
    return [*empty.said(bold, muted, (), width), BLANK, *heading, *steps]


def _key(row: FleetRow) -> str:
    return row.key


def _group_of(run: RunFacts, by: str) -> str:
    if by == "project":
        return run.project or "none"
    if by == "source":
        return run.source
    if by == "state":
        return run.status.state
    models = {drawing.short_model(agent.model) for agent in run.agents if agent.model}
    return models.pop() if len(models) == 1 else "several" if models else "none"
