"""What is wrong: recorded alarms to answer, and what the console infers, with its evidence."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.message import Message

from ...data import decisions
from ...data.alarms import AlarmFacts, AlarmsFacts, read_alarms
from ...data.decisions import AlarmAnswer
from ...data.errors import VedetteError
from ...data.filters import Facts, Kind
from ...data.source import Question
from .. import numbers
from ..drawing import alarms as drawing
from ..drawing import empty
from ..line import Line, Span
from ..widgets.lines import LineView
from ..widgets.pane import Pane
from ..widgets.prompt import Asked
from .base import ConsoleScreen, CopyChoice

WHICH = ("open", "all", "closed")
SNOOZES = {"1": 15 * 60.0, "2": 3600.0, "3": 8 * 3600.0}


@dataclass
class Answered(Message):
    """An alarm was answered, or the answer refused."""

    said: str
    is_refused: bool = False


class AlarmsScreen(ConsoleScreen):
    """What is wrong?"""

    CSS_PATH = "alarms.tcss"
    name_ = "alarms"
    number = "5"
    footer = ("enter", "ack", "snooze", "resolve", "comment", "which", "filter")
    filter_fields: ClassVar[Mapping[str, Kind]] = {
        "severity": Kind.TEXT,
        "state": Kind.TEXT,
        "kind": Kind.TEXT,
        "where": Kind.TEXT,
        "run": Kind.TEXT,
        "age": Kind.DURATION,
        "derived": Kind.FLAG,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "ack", "ack"),
        Binding("s", "snooze", "snooze"),
        Binding("R", "resolve", "resolve"),
        Binding("C", "comment", "comment"),
        Binding("o", "which", "open, all, closed"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.which = 0
        self._wanted = ""

    # Asking and showing

    def question(self) -> Question[AlarmsFacts]:
        """The alarms of the chosen kind."""
        which = WHICH[self.which]
        return lambda source, now: read_alarms(source, now, which)

    def enter(self, **where: Any) -> None:
        """`id`: the alarm to select."""
        self._wanted = where.get("id", "")

    def place(self) -> dict[str, Any]:
        """The selected alarm."""
        row = self._selected()
        return {"id": row.id} if row is not None else {}

    def show(self, facts: AlarmsFacts) -> None:
        """The rows that match; a wanted one is selected once."""
        self._list.rows = self._rows(facts)
        if self._wanted and self._list.select(self._wanted):
            self._wanted = ""
        self.set_class(not self._shown, "-nothing")
        for pane in self.query(Pane):
            pane.update()
        if facts.is_behind and self.view.is_live:
            self.app.look_soon()

    def _rows(self, facts: AlarmsFacts) -> list[AlarmFacts | Line]:
        """What matches; below open alarms, that somebody watches and what was over last."""
        found = [row for row in facts.alarms if self.filter.matches(self._facts_of(row))]
        width = self._list.size.width
        if not found or self.filter or self.which or not width:
            return list(found)
        return [*found, *drawing.below(facts, width, self.app.interval, self.view)]

    @property
    def _shown(self) -> list[AlarmFacts]:
        return [row for row in self._list.rows if isinstance(row, AlarmFacts)]

    def compose_body(self) -> ComposeResult:
        """Head and list, and the details."""
        with Container(id="alarms-panes"):
            with Vertical():
                yield Pane(lambda width, _: [drawing.head(width)], id="alarms-head")
                yield Pane(self._why_empty, id="alarms-empty")
                yield LineView(self._draw, _key, id="alarms-list", can_mark=True)
            yield Pane(self._details, id="alarms-details", ground="ground-panel")

    def on_mount(self) -> None:
        """The list has the keyboard."""
        self._list.focus()

    def on_resize(self) -> None:
        """Another width: what stands below the alarms is drawn for it."""
        if self.facts is not None:
            self.call_after_refresh(lambda: self.show(self.facts))

    def second(self) -> None:
        """Ages move."""
        super().second()
        if self.is_counting():
            self._details_pane.update()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without the right to write there are no answers to offer."""
        if action in ("ack", "snooze", "resolve", "comment"):
            return not self.app.settings.read_only
        return super().check_action(action, parameters)

    # Frame

    def identity(self) -> Sequence[Sequence[Span]]:
        """How many of each severity."""
        if self.facts is None:
            return [[("reading", "muted")]]
        found: Sequence[AlarmFacts] = self.facts.alarms
        waiting = [alarm for alarm in found if alarm.status == "open"]
        critical = sum(alarm.severity == "critical" for alarm in waiting)
        warned = sum(alarm.severity in ("error", "warning") for alarm in waiting)
        acked = sum(alarm.status == "acked" for alarm in found)
        snoozed = sum(alarm.status == "snoozed" for alarm in found)
        return [
            [("alarms", "bright bold")],
            [(f"{critical}", "bright bold"), (" crit", "bad bold" if critical else "muted")],
            [(f"{warned}", "bright bold"), (" warn", "you" if warned else "muted")],
            [(f"{acked} acked", "muted")],
            [(f"{snoozed} snoozed", "muted")],
        ]

    def crumbs(self) -> Sequence[str]:
        """Alarms, and which."""
        return ("Alarms", WHICH[self.which])

    def crumb_values(self) -> Sequence[tuple[str, str]]:
        """The filter, and the order."""
        return (("filter", self.filter_text or "none"), ("sort", "severity"))

    def is_counting(self) -> bool:
        """Whether any alarm is still open."""
        return any(
            alarm.status != "resolved" for alarm in (self.facts.alarms if self.facts else ())
        )

    def _why_empty(self, width: int, height: int) -> Sequence[Line]:
        """Silence proves that somebody watches."""
        facts = self.facts
        if facts is None:
            return []
        if self.filter and facts.alarms:
            rows = self.filter_facts()
            emptied = self.filter.explain_empty(rows)
            text = self.filter_text
            return empty.no_match(len(rows), "alarms", text, emptied, width, self.view)
        word = WHICH[self.which]
        bold = "No alarms at all." if word == "all" else f"No {word} alarms."
        return empty.said(bold, self._who_watches(facts), [("o", "open, all, closed")], width)

    def _who_watches(self, facts: AlarmsFacts) -> str:
        said = f"{facts.rules} rules on"
        if self.view.is_live:
            said += f", last checked {self.app.interval:.1f}s ago"
        if facts.last_resolved is not None:
            ago = numbers.age(self.view.now - facts.last_resolved, self.view.glyphs)
            said += f", last alarm over {ago} ago"
        source = self.app.poller.source
        reason = source.lacks.get("alarm") if source is not None else None
        return f"{said}; {reason}" if reason else said

    # Rows

    @property
    def _list(self) -> LineView[AlarmFacts | Line]:
        return self.query_one("#alarms-list", LineView)

    @property
    def _details_pane(self) -> Pane:
        return self.query_one("#alarms-details", Pane)

    def _selected(self) -> AlarmFacts | None:
        row = self._list.selected if self.query("#alarms-list") else None
        return row if isinstance(row, AlarmFacts) else None

    def _facts_of(self, alarm: AlarmFacts) -> Facts:
        return {
            "severity": alarm.severity,
            "state": alarm.status,
            "kind": alarm.kind,
            "title": alarm.title,
            "where": alarm.where,
            "run": alarm.run_id,
            "age": self.view.now - alarm.opened if alarm.opened is not None else None,
            "derived": alarm.derived,
            "err": alarm.severity in ("critical", "error"),
        }

    def filter_facts(self) -> Sequence[Facts]:
        """Every alarm on hand."""
        return [self._facts_of(row) for row in (self.facts.alarms if self.facts else ())]

    def filter_changed(self) -> None:
        """Shows the alarms that match."""
        if self.facts is not None:
            self.show(self.facts)

    def _draw(self, row: AlarmFacts | Line, width: int) -> Line:
        return row if isinstance(row, Line) else drawing.line(row, width, self.view)

    def _details(self, width: int, height: int) -> Sequence[Line]:
        return drawing.details(self._selected(), width, height, self.view)

    @on(LineView.Moved, "#alarms-list")
    def _moved(self, event: LineView.Moved) -> None:
        event.stop()
        self._details_pane.update()

    # Answers

    def open_row(self, key: str, row: AlarmFacts) -> None:
        """The cause: the agent's stream, or the run."""
        if row.agent_id:
            self.app.visit("stream", agent_id=row.agent_id, run_id=row.run_id)
        elif row.run_id:
            self.app.visit("run", run_id=row.run_id)
        else:
            self.say(("this alarm names no run", "muted"))

    def action_ack(self) -> None:
        """Acknowledges the selected alarm: it steps back until it changes."""
        self._answer(lambda path, found, actor, now: decisions.ack(path, found, actor, now))

    def action_snooze(self) -> None:
        """Quiets the selected alarm for a while."""
        if self._answerable() is None:
            return
        menu = [("1", "15 minutes"), ("2", "1 hour"), ("3", "8 hours")]
        self.app.menu("snooze", menu, self._snooze)

    def _snooze(self, key: str) -> None:
        seconds = SNOOZES.get(key)
        if seconds is not None:
            self._answer(lambda p, a, who, now: decisions.snooze(p, a, who, now, now + seconds))

    def action_resolve(self) -> None:
        """Ends the selected alarm, with a note."""
        if self._answerable() is not None:
            self.prompt.ask(Asked("resolved because", self._resolve))

    def _resolve(self, note: str) -> None:
        if not note.strip():
            self.say(("a resolved alarm needs a note; nothing was written", "you"))
            return
        self._answer(lambda path, found, who, now: decisions.resolve(path, found, who, now, note))

    def action_comment(self) -> None:
        """Adds a note to the selected alarm."""
        if self._answerable() is not None:
            self.prompt.ask(Asked("comment", self._comment))

    def _comment(self, note: str) -> None:
        if note.strip():
            self._answer(
                lambda path, found, who, now: decisions.comment(path, found, who, now, note)
            )

    def action_which(self) -> None:
        """Open, all, closed."""
        self.which = (self.which + 1) % len(WHICH)
        self.app.look_soon()
        self.draw_frame()

    def _answerable(self) -> AlarmFacts | None:
        """The selected alarm if it can be answered here and now; else says why not."""
        alarm = self._selected()
        if alarm is None:
            self.say(("no alarm is selected", "muted"))
            return None
        if alarm.derived:
            self.say(("this console infers it from rows: it ends with its cause", "doubt"))
            return None
        if not self.app.freshness.is_live:
            self.say(("answering is off: the view is not live", "doubt"))
            return None
        return alarm

    def _answer(self, write: Callable[[str, str, str, float], AlarmAnswer]) -> None:
        alarm = self._answerable()
        if alarm is not None:
            self.run_worker(self._write(write, alarm.id), group="answer", exclusive=False)

    async def _write(
        self, write: Callable[[str, str, str, float], AlarmAnswer], alarm_id: str
    ) -> None:
        """One short write beside the event loop; its result comes back as a message."""
        app = self.app
        try:
            done = await asyncio.to_thread(
                write, self.source.path, alarm_id, app.settings.actor, app.clock()
            )
        except VedetteError as error:
            self.post_message(Answered(f"{error.title}   {error.hint}".rstrip(), is_refused=True))
        else:
            self.post_message(Answered(f"{done.action} written"))

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        self.say((event.said, "bad" if event.is_refused else "ink"))
        self.app.look_soon()

    # Taking away

    def copy_choices(self) -> Sequence[CopyChoice]:
        """The id, the words, the why, and the command that answers."""
        alarm = self._selected()
        if alarm is None:
            return ()
        return (
            CopyChoice("i", "id", alarm.id),
            CopyChoice("t", "text", f"{alarm.title}\n{alarm.message}".strip()),
            CopyChoice("w", "why", "\n".join(alarm.evidence)),
            CopyChoice("l", "link", f"vedette ack {alarm.id} --db {self.app.path}"),
        )

    def export_rows(self) -> Sequence[Mapping[str, Any]]:
        """The alarms shown."""
        return [alarm._asdict() for alarm in self._shown]


def _key(row: AlarmFacts | Line) -> str:
    return row.id if isinstance(row, AlarmFacts) else ""
