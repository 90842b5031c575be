"""The log as it grows, newest at the bottom, and the audit trail inside it."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical

from ...data import events, times
from ...data.events import PAGE, EventsFacts, LogLine, Shown
from ...data.filters import Facts, Kind
from ...data.source import Question, Source
from .. import numbers
from ..drawing import empty
from ..drawing import events as drawing
from ..line import Line, Span
from ..widgets.lines import LineView
from ..widgets.pane import Pane
from ..widgets.prompt import Asked
from .base import ConsoleScreen, CopyChoice

VIEWS: tuple[Shown, ...] = ("info", "warn", "error", "all", "audit")
KEPT = 5_000
"""Lines kept on hand; older ones are read again when scrolled to."""


class Row(NamedTuple):
    """One line on screen: of the log, or a mark a person dropped."""

    key: str
    line: LogLine | None
    mark: float = 0.0


class EventsScreen(ConsoleScreen):
    """What happened, in order?"""

    CSS_PATH = "events.tcss"
    name_ = "events"
    number = "7"
    footer = ("follow", "view", "filter", "hide", "drop_mark", "time", "enter")
    filter_fields: ClassVar[Mapping[str, Kind]] = {
        "level": Kind.TEXT,
        "kind": Kind.TEXT,
        "where": Kind.TEXT,
        "run": Kind.TEXT,
        "agent": Kind.TEXT,
        "who": Kind.TEXT,
        "age": Kind.DURATION,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "view", "level, audit"),
        Binding("backslash", "hide", "hide like this", key_display="\\"),
        Binding("m", "drop_mark", "mark"),
        Binding("at", "time", "go to a time", key_display="@"),
        Binding("E", "next_trouble", "next error"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.shown: Shown = "info"
        self._lines: list[LogLine] = []
        self._marks: list[tuple[int, float]] = []
        self._hidden: set[tuple[str, str | None]] = set()
        self._reaches_start = False

    # Asking and showing

    def question(self) -> Question[EventsFacts]:
        """The tail at first, then only what was appended."""
        shown, last = self.shown, self._lines[-1].seq if self._lines else None

        def read(source: Source, now: float) -> EventsFacts:
            if last is None:
                return events.read_tail(source, now, shown)
            return events.read_after(source, last, shown)

        return read

    def enter(self, **where: Any) -> None:
        """`shown`: which lines; `at`: a time to go to."""
        if "shown" in where:
            self._show_only(where["shown"])
        if where.get("at"):
            self.call_later(self._go_to, where["at"])

    def place(self) -> dict[str, Any]:
        """Which lines are shown."""
        return {"shown": self.shown}

    def show(self, facts: EventsFacts) -> None:
        """New lines are appended; what stands above the reader does not move."""
        if facts.shown != self.shown:
            return
        if not self._lines:
            self._reaches_start = facts.reaches_start
        self._lines = [*self._lines, *facts.lines][-KEPT:]
        self._update()
        if len(facts.lines) >= PAGE and len(self._lines) > PAGE:
            self.app.look_soon()

    def compose_body(self) -> ComposeResult:
        """Head and list, and the details."""
        with Container(id="events-panes"):
            with Vertical():
                yield Pane(self._head, id="events-head")
                yield Pane(self._why_empty, id="events-empty")
                yield LineView(self._draw, lambda row: row.key, id="events-list", can_follow=True)
            yield Pane(self._details, id="events-details", ground="ground-panel")

    def on_mount(self) -> None:
        """Follows the end."""
        self._list.focus()
        self._list.follow = True

    # Frame

    def identity(self) -> Sequence[Sequence[Span]]:
        """How many lines, and their troubles."""
        if self.facts is None:
            return [[("reading", "muted")]]
        errors = sum(line.level in ("error", "failure") for line in self._lines)
        warned = sum(line.level == "warn" for line in self._lines)
        word = " audit lines" if self.shown == "audit" else " events"
        return [
            [(numbers.count(len(self._lines)), "bright bold"), (word, "muted")],
            [(numbers.count(errors), "bright bold"), (" err", "bad bold" if errors else "muted")],
            [(numbers.count(warned), "bright bold"), (" warn", "you" if warned else "muted")],
        ]

    def crumbs(self) -> Sequence[str]:
        """Events, and which of them."""
        return ("Events", "audit trail" if self.shown == "audit" else "all runs")

    def crumb_values(self) -> Sequence[tuple[str, str]]:
        """Level, filter, and whether it follows."""
        level = {"all": "every level", "audit": "append-only"}.get(
            self.shown, f"{self.shown} and up"
        )
        if among := self._among():
            level += f" of {among:,} lines"
        values = [("level", level), ("filter", self.filter_text or "none")]
        if self.query("#events-list") and self._list.follow:
            values.append(("", "FOLLOW"))
        return tuple(values)

    def _among(self) -> int | None:
        """Out of how many lines those of this level are picked; None: out of all."""
        facts = self.facts
        return facts.among if facts is not None and facts.shown == self.shown else None

    # Rows

    @property
    def _list(self) -> LineView[Row]:
        return self.query_one("#events-list", LineView)

    def _update(self) -> None:
        rows = [Row(str(line.seq), line) for line in self._lines if self._passes(line)]
        for after, at in self._marks:
            place = next(
                (i for i, r in enumerate(rows) if r.line and r.line.seq > after), len(rows)
            )
            rows.insert(place, Row("", None, at))
        self._list.rows = rows
        self.set_class(self.facts is not None and not rows, "-nothing")
        for pane in self.query(Pane):
            pane.update()
        self._tell()

    def _passes(self, line: LogLine) -> bool:
        if (line.kind, line.agent_id) in self._hidden:
            return False
        return not self.filter or self.filter.matches(self._facts_of(line))

    def _facts_of(self, line: LogLine) -> Facts:
        return {
            "level": line.level,
            "kind": line.kind,
            "where": line.where,
            "run": line.run_id,
            "agent": (line.agent_id, line.where.rpartition("/")[2]),
            "who": line.actor,
            "message": line.message,
            "age": self.view.now - line.at if line.at is not None else None,
            "err": line.level in ("error", "failure"),
        }

    def _tell(self) -> None:
        """What the message line says: drops, gaps, what is hidden, what is new below."""
        if self.prompt.is_busy or self.facts is None:
            return
        if not self._lines:
            self.say()
            return
        bits: list[Span] = [(f"dropped {self.facts.dropped:,}   gaps {self.facts.gaps:,}", "muted")]
        if self._hidden:
            bits.append((f"   {len(self._hidden)} kinds hidden", "you"))
        if self._list.new_below:
            bits.append((f"   {self._list.new_below:,} new below", "bright bold"))
        self.say(*bits)

    def _why_empty(self, width: int, height: int) -> Sequence[Line]:
        if self.facts is None:
            return []
        if self._lines and self.filter:
            rows = self.filter_facts()
            emptied = self.filter.explain_empty(rows)
            text = self.filter_text
            return empty.no_match(len(rows), "lines", text, emptied, width, self.view)
        if self._lines:
            said = f"{len(self._lines):,} lines are hidden."
            return empty.said(said, "", [("\\", "shows them again")], width)
        relation = "audit" if self.shown == "audit" else "event"
        source = self.app.poller.source
        reason = source.lacks.get(relation) if source is not None else None
        word = "audit line" if relation == "audit" else "event"
        if self.shown in ("warn", "error"):
            word = f"{'error' if self.shown == 'error' else 'warning or error'}"
        follows = "This screen follows by itself."
        keys = [("v", "level, audit")]
        where = f"among the newest {among:,} lines" if (among := self._among()) else "recorded"
        return empty.said(f"No {word} is {where}.", reason or follows, keys, width)

    def filter_facts(self) -> Sequence[Facts]:
        """Every line on hand."""
        return [self._facts_of(line) for line in self._lines]

    def filter_changed(self) -> None:
        """Shows the lines that match."""
        self._update()

    # Drawing

    def _head(self, width: int, _: int) -> Sequence[Line]:
        return [drawing.head(width, self.shown == "audit")]

    def _draw(self, row: Row, width: int) -> Line:
        if row.line is None:
            return drawing.mark_line(row.mark, width, self.view)
        return drawing.line(row.line, width, self.view)

    def _details(self, width: int, height: int) -> Sequence[Line]:
        row = self._list.selected
        return drawing.details(row.line if row is not None else None, width, height, self.view)

    @on(LineView.Moved, "#events-list")
    def _moved(self, event: LineView.Moved) -> None:
        event.stop()
        self.query_one("#events-details", Pane).update()

    @on(LineView.FollowChanged, "#events-list")
    def _follow_changed(self, event: LineView.FollowChanged) -> None:
        event.stop()
        self.draw_frame()

    @on(LineView.EdgeReached, "#events-list")
    def _edge(self, event: LineView.EdgeReached) -> None:
        """Older lines are read when the first one is reached."""
        event.stop()
        if event.edge == "start" and self._lines and not self._reaches_start:
            self.run_worker(self._read_older(), group="older", exclusive=True)

    async def _read_older(self) -> None:
        before, shown = self._lines[0].seq, self.shown
        answer = await self.app.poller.ask(lambda s, _: events.read_before(s, before, shown))
        if answer.value is not None and shown == self.shown:
            self._reaches_start = not answer.value.lines
            self._lines = [*answer.value.lines, *self._lines][:KEPT]
            self._update()

    # Keys

    def open_row(self, key: str, row: Row) -> None:
        """The run, or the stream, at that moment."""
        if row.line is None:
            return
        if row.line.agent_id:
            where = {"agent_id": row.line.agent_id, "run_id": row.line.run_id}
            self.app.visit("stream", **where)
        elif row.line.run_id:
            self.app.visit("run", run_id=row.line.run_id)

    def action_view(self) -> None:
        """The next level, and after the last one the audit trail."""
        self._show_only(VIEWS[(VIEWS.index(self.shown) + 1) % len(VIEWS)])
        self.app.look_soon()

    def _show_only(self, shown: Shown) -> None:
        self.shown = shown
        self._lines, self._marks, self._reaches_start = [], [], False
        if self.is_mounted:
            self.query_one("#events-head", Pane).update()
            self._list.follow = True
            self.draw_frame()

    def action_hide(self) -> None:
        """Hides everything of the selected line's kind and agent; again shows all."""
        row = self._list.selected
        if row is not None and row.line is not None:
            self._hidden.add((row.line.kind, row.line.agent_id))
        elif self._hidden:
            self._hidden.clear()
        self._update()

    def action_drop_mark(self) -> None:
        """Drops a mark behind the newest line."""
        self._marks.append((self._lines[-1].seq if self._lines else 0, self.view.now))
        self._update()

    def action_time(self) -> None:
        """Asks for a time to go to."""
        self.prompt.ask(Asked("@", self._asked_time))

    def _asked_time(self, text: str) -> None:
        at = times.moment(text, self.view.now, self.app.utc_offset)
        if at is None:
            self.say((f"“{text}” is no time; 14:01:58 or 10m are", "bad"))
        else:
            self._go_to(at)

    def _go_to(self, at: float) -> None:
        self.run_worker(self._read_at(at), group="older", exclusive=True)

    async def _read_at(self, at: float) -> None:
        """The page around a time; the view lets go of the end."""
        shown = self.shown

        def read(source: Source, now: float) -> EventsFacts:
            return events.read_before(source, events.seq_at(source, at) + PAGE // 2, shown)

        answer = await self.app.poller.ask(read)
        if answer.value is None or not answer.value.lines:
            return
        known = {line.seq for line in self._lines}
        fresh = [line for line in answer.value.lines if line.seq not in known]
        self._lines = sorted([*fresh, *self._lines])[:KEPT]
        self._list.follow = False
        self._update()
        nearest = min(self._lines, key=lambda line: abs((line.at or 0.0) - at))
        self._list.select(str(nearest.seq))

    def action_next_trouble(self) -> None:
        """The next error below the cursor, from the top again at the end."""
        rows = list(self._list.rows)
        start = self._list.cursor + 1
        for row in [*rows[start:], *rows[:start]]:
            if row.line is not None and row.line.level in ("error", "failure"):
                self._list.select(row.key)
                return
        self.say(("no error among these lines", "muted"))

    # Taking away

    def copy_choices(self) -> Sequence[CopyChoice]:
        """The message, the whole line, and the command that prints it."""
        row = self._list.selected
        if row is None or row.line is None:
            return ()
        line = row.line
        relation = "audit" if self.shown == "audit" else "events"
        return (
            CopyChoice("t", "text", line.message),
            CopyChoice("d", "details", line.details),
            CopyChoice("l", "link", f"vedette {relation} --db {self.app.path}"),
        )

    def export_rows(self) -> Sequence[Mapping[str, Any]]:
        """The lines shown."""
        return [row.line._asdict() for row in self._list.rows if row.line is not None]

    def pager_text(self) -> str:
        """The lines shown, as text."""
        lines = [row.line for row in self._list.rows if row.line is not None]
        return "\n".join(
            f"{drawing.clock(x.at)} {x.level:<6} {x.where} {x.kind} {x.message}" for x in lines
        )
