"""One agent's stream, or a run's: prompts, answers, tools and gates as they come."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical

from ...data import times
from ...data.errors import UsageError
from ...data.filters import Facts
from ...data.source import Question, Source
from ...data.stream import Asked as StreamAsked
from ...data.stream import StreamFacts, Where, read_stream
from ...data.stream_items import Item
from .. import numbers
from ..drawing import stream as drawing
from ..drawing import stream_notes as notes
from ..drawing import turns
from ..drawing.stream import Fold, Look
from ..drawing.stream_layout import Layout
from ..drawing.stream_rows import Row, Section, StreamRows, note, sections_of
from ..drawing.stream_search import FIELDS, StreamSearch
from ..drawing.stream_texts import as_row, command_for, whole_text
from ..drawing.turns import Beside, Turn
from ..glyphs import FINAL_STATES, state
from ..line import BLANK, Line, Span
from ..widgets.lines import LineView
from ..widgets.pane import Pane
from ..widgets.prompt import Asked
from ..widgets.stream_view import StreamView
from .base import ConsoleScreen, CopyChoice

MODES = ("md", "raw", "thinking")

SAID_SECONDS = 4.0
"""How long a message stands before the resting line comes back."""

_ALL_ROLES = ("user", "thinking", "assistant", "tool", "gate", "error")
_RELATIONS = {
    "prompt": "prompt",
    "llm": "prompt",
    "tool": "tool_call",
    "tool_call": "tool_call",
    "gate": "approval",
    "approval": "approval",
}


class StreamScreen(ConsoleScreen):
    """What did it say, what did it call, what does it wait for?"""

    CSS_PATH = "stream.tcss"
    name_ = "stream"
    number = "3"
    footer = (
        "follow",
        "previous_turn",
        "previous_message",
        "compare",
        "copy_menu",
        "next_match",
        "page",
        "filter",
        "mode",
    )
    filter_fields = FIELDS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "search", key_display="/"),
        Binding("left_curly_bracket", "previous_turn", "turn", key_display="{ }"),
        Binding("right_curly_bracket", "next_turn", "next turn", key_display="}"),
        Binding("left_square_bracket", "previous_message", "message", key_display="[ ]"),
        Binding("right_square_bracket", "next_message", "next message", key_display="]"),
        Binding("E", "next_error", "next error"),
        Binding("v", "mode", "md, raw, thinking"),
        Binding("w", "wrap", "wrap"),
        Binding("z", "fold", "fold"),
        Binding("Z", "zoom", "zoom: no panes"),
        Binding("m", "toggle_mark", "mark"),
        Binding("equals_sign", "compare", "compare", key_display="="),
        Binding("e", "edit", "editor"),
        Binding("a", "review", "review gate"),
        Binding("at", "go_to_time", "go to a time", key_display="@"),
        Binding("b", "whole_run", "all agents of the run, or one"),
        Binding("tab", "app.focus_next", "pane"),
    ]

    facts: StreamFacts | None

    def __init__(self) -> None:
        super().__init__()
        self.where = Where()
        self.mode = 0
        self.is_wrapped = True
        self.layout_ = Layout()
        self.search = StreamSearch()
        self._pages = 1
        self._windows: dict[str, int] = {}
        self._base: Item | None = None
        self._turns: list[Turn] = []
        self._masked = 0
        self._wanted_time: float | None = None
        self._wanted_row = ""
        self._known_last = ""
        """The last item when the view let go: what is after it is new."""
        self._said_until = 0.0
        self._is_new = True
        self._was_live = True
        self._is_laying = False

    # Asking

    def enter(self, **where: Any) -> None:
        """Opens an agent's stream, a run's (`run_id` alone; None: of the run at hand), a row's."""
        row = _row_named(where)
        wanted = Where(where.get("agent_id") or "", where.get("run_id") or "", row)
        if "run_id" in where and where["run_id"] is None:
            wanted = Where(run_id=self._run_id)
        if isinstance(where.get("at"), (int, float)):
            self._wanted_time = float(where["at"])
        if any(wanted) and wanted != self.where:
            self._begin(wanted)
        self._wanted_row = row or self._wanted_row

    def _begin(self, where: Where) -> None:
        """Another stream: what was folded, marked and asked for belonged to the one before."""
        self.where = where
        self.facts = None
        self.layout_ = Layout()
        self._pages, self._windows = 1, {}
        self._turns, self._masked = [], 0
        self._is_new = True
        if self.is_mounted:
            self._lines.marks = frozenset()
            self._show_sections()

    def place(self) -> dict[str, Any]:
        """The agent or run, to come back to."""
        return {"agent_id": self.where.agent_id, "run_id": self.where.run_id}

    def question(self) -> Question[StreamFacts]:
        """What is new in the stream, and the older pages and texts that were asked for."""
        where = self.where
        asked = StreamAsked(
            self._pages, self._wanted_time, tuple(self._windows.items()), self.app.is_frozen
        )

        def read(source: Source, now: float) -> StreamFacts:
            return read_stream(source, now, where, asked)

        return read

    def _ask(self) -> None:
        """More is wanted than the last look brought; frozen, what is new stays out of it."""
        if self.app.is_frozen:
            self.run_worker(self._ask_still(), group="stream", exclusive=True)
        else:
            self.app.look_soon()

    async def _ask_still(self) -> None:
        answer = await self.app.poller.ask(self.question())
        if answer.value is not None:
            self.receive(answer.value)

    # Showing

    def compose_body(self) -> ComposeResult:
        """Turns, the stream, and the facts of what is selected."""
        panel = "ground-panel"
        with Container(id="stream-panes"):
            with Vertical(id="stream-turns"):
                yield Pane(_turns_head, id="stream-turns-head", ground=panel)
                yield LineView(self._draw_turn, _turn_key, id="turns-list", ground=panel)
            yield StreamView(
                self._draw_row,
                _row_key,
                id="stream-lines",
                space_pages=True,
                can_mark=True,
                can_follow=True,
            )
            yield Pane(self._pane, id="stream-facts", ground=panel)

    def on_mount(self) -> None:
        """The stream has the keyboard and follows."""
        super().on_mount()
        self._lines.focus()
        self._show_sections()

    def on_resize(self) -> None:
        """Another size: panes of other widths, and the stream laid out anew."""
        super().on_resize()
        is_huge = self.size.width >= 200
        self.query_one("#stream-turns").styles.width = 40 if is_huge else 34
        self.query_one("#stream-facts").styles.width = 50 if is_huge else 40
        self.call_after_refresh(self._lay_out_anew)

    def _lay_out_anew(self) -> None:
        if self.facts is not None and self._look() != self.layout_.look:
            self._show_sections()

    def show(self, facts: StreamFacts) -> None:
        """New items at the end, older ones before the first; the reader's place is kept."""
        self.where = facts.where._replace(row=self.where.row) if any(facts.where) else self.where
        self._turns = turns.turns_of(facts)
        self._masked = facts.masked
        is_new, self._is_new = self._is_new, False
        if is_new:
            self._lines.follow = not self._wanted_row and self._wanted_time is None
        self._show_sections()
        if facts.is_reading:
            self._ask()
        else:
            self._go_where_wanted(facts)

    def _go_where_wanted(self, facts: StreamFacts) -> None:
        """To the row or the moment the stream was opened on, now that it is read back to there."""
        wanted, self._wanted_row = Where(row=self._wanted_row), ""
        moment, self._wanted_time = self._wanted_time, None
        items = [item for item in facts.items if wanted.names(item.relation, item.id)]
        if moment is not None and not items:
            since = [item for item in facts.items if item.at is not None and item.at >= moment]
            items = since[:1] or list(facts.items[-1:])
        if items:
            self._go_to(items[-1].key)

    def second(self) -> None:
        """Ages move; the resting line comes back; what is only true now goes with the truth."""
        super().second()
        if not self.layout_.look.width:
            return
        if self.view.is_live != self._was_live:
            self._show_sections()
        elif self.is_counting():
            self.query_one("#stream-facts", Pane).update()
            if not self._items():
                self._show_sections()
        self._rest()

    def on_descendant_focus(self) -> None:
        """The keyboard came back from the message line: other keys work now."""
        self.call_after_refresh(self.draw_frame)
        self._rest()

    def is_counting(self) -> bool:
        """Whether an age on screen moves: the agent's, a call's, a gate's."""
        facts = self.facts
        if facts is None or facts.status is None:
            return False
        return facts.status.state not in FINAL_STATES | {"cancelled"}

    # Frame

    def _source_name(self) -> list[Span]:
        facts = self.facts
        if facts is None or not facts.title:
            return super()._source_name()
        if not facts.agent:
            return [("  ", "ink"), (facts.title, "bright bold")]
        path = f" {self.view.glyphs.path} "
        title: Span = (facts.title, "soft")
        return [("  ", "ink"), title, (path, "faint"), (facts.agent, "bright bold")]

    def identity(self) -> Sequence[Sequence[Span]]:
        """State, cost, context and model."""
        facts, view = self.facts, self.view
        if facts is None:
            return [[("reading", "muted")]]
        groups: list[Sequence[Span]] = []
        if facts.status is not None:
            shown = state(facts.status.state, view.glyphs, is_live=view.is_live)
            counted = drawing.age(facts.status.since, view)
            groups.append([shown.mark, (" ", ""), shown.word, (" ", ""), *counted])
        if facts.cost_usd is not None or facts.unpriced:
            is_floor = facts.unpriced > 0 and facts.cost_usd is not None
            cost = numbers.dollars(facts.cost_usd, view.glyphs, is_floor=is_floor)
            groups.append([numbers.toned(cost, "bright bold")])
        if facts.context is not None:
            groups.append([("context ", "muted"), numbers.context(facts.context, view.glyphs)])
        if facts.model:
            groups.append([(facts.model, "muted")])
        return groups

    def crumbs(self) -> Sequence[str]:
        """The run and the agent."""
        facts = self.facts
        if facts is None or not facts.title:
            return ("Fleet", "stream")
        path = (facts.title, facts.agent or "all agents", "stream")
        return path if self.size.width < 100 else ("Fleet", *path)

    def crumb_values(self) -> Sequence[tuple[str, str]]:
        """The search, the turn, the view, and whether lines are wrapped."""
        values: list[tuple[str, str]] = []
        if self.filter_text:
            values.append(("search", self.filter_text[:24]))
        if self._turns:
            last = max(turn.number for turn in self._turns)
        if self._turns and last:
            number = turns.number_of(self._turns, self._selected())
            floor = self.view.glyphs.floor if self.facts and self.facts.turns_are_floor else ""
            values.append(("turn", f"{number or 1:,} of {floor}{last:,}"))
        values.append(("view", MODES[self.mode]))
        if self.size.width >= 100 or not self.is_wrapped:
            values.append(("wrap", "on" if self.is_wrapped else "off"))
        return values

    def say(self, *spans: Span) -> None:
        """One message, before the resting line comes back."""
        self._said_until = self.view.now + SAID_SECONDS
        super().say(*spans)

    def _rest(self) -> None:
        """What the message line says when nothing else does."""
        if self.is_mounted and not self.prompt.is_busy and self.view.now >= self._said_until:
            self.prompt.say(self._resting())

    def _resting(self) -> list[Span]:
        lines = self._lines
        spans: list[Span] = [("f", "bright bold"), (" follows", "muted")]
        if lines.follow:
            spans = [("FOLLOW", "ok bold" if self.view.is_live else "muted")]
        groups = [("new below", numbers.count(self._new_below()))]
        if self.filter_text:
            at = f"{self.search.at + 1:,} of " if self.search.at >= 0 else ""
            groups.append(("matches", f"{at}{self.search.total:,}"))
        elif self.size.width < 120:
            groups += [("thinking", self._thinking), ("secrets masked", f"{self._masked:,}")]
        groups.append(("marks", str(len(lines.marks))))
        for label, value in groups:
            spans += [("   ", ""), (f"{label} ", "muted"), (value, "ink")]
        return spans

    @property
    def _thinking(self) -> str:
        return "shown (v)" if MODES[self.mode] == "thinking" else "hidden (v)"

    def _new_below(self) -> int:
        """Items that came since the view let go and are still below the screen."""
        lines = self._lines
        rows = lines.stream_rows
        known = rows.place_of(self._known_last)
        if lines.follow or known < 0:
            return 0
        end = lines.top + lines.size.height
        places = range(known + 1, len(rows.sections))
        return sum(bool(rows.sections[at].key) and rows.start_of(at) >= end for at in places)

    # Rows

    @property
    def _lines(self) -> StreamView:
        return self.query_one("#stream-lines", StreamView)

    @property
    def _run_id(self) -> str:
        return self.facts.where.run_id if self.facts is not None else self.where.run_id

    def _selected(self) -> Item | None:
        if not self.is_mounted or not self.query("#stream-lines"):
            return None
        row = self._lines.selected
        return row.section.item if row is not None else None

    def _items(self) -> list[Item]:
        if self.facts is None:
            return []
        if MODES[self.mode] == "thinking":
            return list(self.facts.items)
        return [item for item in self.facts.items if item.role != "thinking"]

    def _look(self) -> Look:
        width = self._lines.size.width or self.size.width
        return Look(
            width=width,
            mode="raw" if MODES[self.mode] == "raw" else "md",
            is_wrapped=self.is_wrapped,
            is_tall=self.size.height >= 36,
            names_agents=self.facts is not None and not self.facts.agent,
            has_panes=width < self.size.width,
            glyphs=self.view.glyphs,
            has_grounds=self.view.has_grounds,
        )

    def _show_sections(self, around: str = "") -> None:
        """Lays out what changed and hands the rows to the view.

        Where very much changed at once, what is near the reader (or `around`) comes first.
        """
        self.layout_.look = self._look()
        self._was_live = self.view.is_live
        items = self._items()
        reader = "" if self._lines.follow else self._lines.cursor_key
        near = self.layout_.near(items, around or reader)
        self._lines.rows = StreamRows(self._sections(items[near], is_first=near.start == 0))
        if len(items[near]) < len(items):
            self._lay_out_rest()
        else:
            self.layout_.keep_only(items)
        self.search.find(items, self.view.now)
        self._show_beside()

    def _sections(self, items: Sequence[Item], *, is_first: bool) -> list[Section]:
        facts, view = self.facts, self.view
        if facts is None or not items:
            return [note(notes.empty(facts, self.app.source_name, view))]
        laid = [self.layout_.laid(item) for item in items]
        above = notes.before(facts) if is_first else []
        below = notes.after(facts, view)
        return [
            *([note(above)] if above else []),
            *sections_of(items, laid, is_tall=self.layout_.look.is_tall),
            *([note(below)] if below else []),
        ]

    def _lay_out_rest(self) -> None:
        """Goes on laying out between keys, a few items at a time; then shows them all."""
        if not self._is_laying:
            self._is_laying = True
            self.set_timer(0.01, self._lay_out_some)

    def _lay_out_some(self) -> None:
        self._is_laying = False
        if self.layout_.lay_out_some(self._items()):
            self._show_sections()
        else:
            self._lay_out_rest()

    def _draw_row(self, row: Row, width: int) -> Line:
        section = row.section
        at = row.offset - section.heads
        if row.offset >= section.height:
            return BLANK
        line = self._head(section, width) if at < 0 else section.laid.rows[at]
        return self.search.mark(section.item, section.laid, at, line, self.view.now)

    def _head(self, section: Section, width: int) -> Line:
        assert section.item is not None
        return drawing.head(section.item, section.laid, width, self.layout_.look, self.view)

    # Beside

    def _show_beside(self) -> None:
        self.query_one("#stream-facts", Pane).update()
        turn_list = self.query_one("#turns-list", LineView)
        if self.size.width >= 160:
            turn_list.rows = self._turns
            index = turns.turn_at(self._turns, self._selected())
            if index >= 0 and not turn_list.has_focus:
                turn_list.select(self._turns[index].key)
        self._rest()

    def _pane(self, width: int, height: int) -> Sequence[Line]:
        if self.facts is None:
            return ()
        beside = Beside(self._thinking, self._masked, self._base_name())
        with_turns = self.size.width < 160
        selected = self._selected()
        return turns.pane(
            self._turns, selected, beside, width, height, self.view, with_turns=with_turns
        )

    def _draw_turn(self, turn: Turn, width: int) -> Line:
        return turns.turn_line(turn, width, self.view)

    @on(LineView.Moved, "#stream-lines")
    def _moved(self, event: LineView.Moved) -> None:
        event.stop()
        self._show_beside()
        self.draw_frame()

    @on(LineView.Moved, "#turns-list")
    def _turn_moved(self, event: LineView.Moved) -> None:
        event.stop()
        if event.view.has_focus and event.key:
            self._go_to(event.key)

    @on(LineView.FollowChanged)
    def _follow_changed(self, event: LineView.FollowChanged) -> None:
        event.stop()
        items = self._items()
        self._known_last = items[-1].key if items and not event.follow else ""
        self._rest()

    @on(LineView.MarksChanged)
    def _marks_changed(self, event: LineView.MarksChanged) -> None:
        event.stop()
        self._rest()

    @on(LineView.EdgeReached, "#stream-lines")
    def _edge_reached(self, event: LineView.EdgeReached) -> None:
        event.stop()
        if event.edge == "start":
            self._ask_older()

    def _ask_older(self) -> None:
        if self.facts is not None and self.facts.has_older and not self.facts.is_reading:
            self._pages += 1
            self._ask()

    # Folding and viewing

    def open_row(self, key: str, row: Any) -> None:
        """`enter`: a gate's review, the next part of what is folded, or the fold again."""
        if not isinstance(row, Row) or row.section.item is None:
            self._lines.focus()
            return
        item, fold = row.section.item, self.layout_.fold_of(key)
        if item.role == "gate" and item.status == "pending":
            self.app.visit("review", id=item.id)
        elif fold == "open" and any(text.rest for _, text in item.texts):
            self._windows[item.row] = self._windows.get(item.row, 1) + 1
            self._ask()
        elif fold == "auto" and not row.section.laid.is_cut:
            self.say(("nothing is folded here", "muted"))
        else:
            self._fold(key, "open" if fold == "auto" else "auto")

    def action_fold(self) -> None:
        """Folds the selected item to its head, or back."""
        item = self._selected()
        if item is not None:
            is_shut = self.layout_.fold_of(item.key) == "shut"
            self._fold(item.key, "auto" if is_shut else "shut")

    def _fold(self, key: str, fold: Fold) -> None:
        self.layout_.folds[key] = fold
        self._lines.follow = False
        self._show_sections()
        self._lines.select(key)

    def action_mode(self) -> None:
        """Rendered, raw, with thinking."""
        self.mode = (self.mode + 1) % len(MODES)
        self._show_sections()
        self.draw_frame()

    def action_wrap(self) -> None:
        """Long lines are wrapped, or cut at the edge."""
        self.is_wrapped = not self.is_wrapped
        if MODES[self.mode] != "raw":
            self.say(("rendered text is always wrapped; v shows it raw", "muted"))
        self._show_sections()
        self.draw_frame()

    def action_zoom(self) -> None:
        """The stream alone, or with its panes."""
        self.toggle_class("-zoomed")
        self.call_after_refresh(self._lay_out_anew)

    def action_toggle_mark(self) -> None:
        """Marks the selected item."""
        self._lines.toggle_mark()

    # Going

    def _go_to(self, key: str) -> None:
        """Selects an item, also one that is not laid out yet."""
        self._lines.follow = False
        if self._lines.stream_rows.place_of(key) < 0:
            self._show_sections(around=key)
        self._lines.select(key)

    def _step(self, direction: int, roles: Sequence[str]) -> None:
        """To the next or previous item of these roles; before the first one, to what is older."""
        rows = self._lines.stream_rows
        place = rows.place_of(self._lines.cursor_key)
        places = range(place + 1, len(rows.sections)) if direction > 0 else range(place - 1, -1, -1)
        for index in places:
            item = rows.sections[index].item
            if item is not None and item.role in roles:
                self._go_to(item.key)
                return
        if direction < 0:
            self._ask_older()

    def action_previous_turn(self) -> None:
        """To the model call before."""
        self._step(-1, ("assistant",))

    def action_next_turn(self) -> None:
        """To the next model call."""
        self._step(1, ("assistant",))

    def action_previous_message(self) -> None:
        """To the item before."""
        self._step(-1, _ALL_ROLES)

    def action_next_message(self) -> None:
        """To the next item."""
        self._step(1, _ALL_ROLES)

    def action_next_error(self) -> None:
        """To the next item that failed, from the first again at the end."""
        rows = self._lines.stream_rows
        place = rows.place_of(self._lines.cursor_key)
        for section in [*rows.sections[place + 1 :], *rows.sections[: place + 1]]:
            if section.item is not None and section.item.has_failed:
                self._go_to(section.key)
                return
        self.say(("nothing failed in what is read", "muted"))

    def action_go_to_time(self) -> None:
        """Asks for a time and goes to the first item from then on."""
        self.prompt.ask(Asked("@", self._go_to_time))

    def _go_to_time(self, text: str) -> None:
        now = self.view.now
        moment = times.moment(text, now, time.localtime(now).tm_gmtoff)
        if moment is None:
            self.say((f"“{text}” is no time", "bad"), ("   14:01:58, or -15m", "muted"))
            return
        self._wanted_time = moment
        self._ask()

    def action_whole_run(self) -> None:
        """All agents of the run by time, or the selected item's agent alone."""
        facts, item = self.facts, self._selected()
        if facts is None:
            return
        if facts.agent:
            self.app.visit("stream", run_id=facts.where.run_id)
        elif item is not None and item.agent_id:
            self.app.visit("stream", agent_id=item.agent_id, run_id=item.run_id, row=item.row)

    def action_review(self) -> None:
        """Opens the review of the selected gate, or of the one that is open."""
        item, facts = self._selected(), self.facts
        gates = [item] if item is not None and item.role == "gate" else []
        gates = gates or list(facts.open_gates if facts is not None else ())
        if gates:
            self.app.visit("review", id=gates[0].id)
        else:
            self.say(("no gate is open in this stream", "muted"))

    # Searching

    def apply_filter(self, text: str) -> Sequence[Span]:
        """Marks what matches in place; nothing is hidden. Says how many matches there are."""
        super().apply_filter(text)
        if not self.filter:
            return []
        found = self.search.total
        spans: list[Span] = [(f"{found:,} match{'' if found == 1 else 'es'}", "muted")]
        if self.facts is not None and self.facts.has_older:
            spans.append(("  in what is read so far", "muted"))
        return spans

    def filter_changed(self) -> None:
        """Another search: its matches are marked."""
        self.search.begin(self.filter)
        self.search.find(self._items(), self.view.now)
        self._lines.redraw()

    def filter_facts(self) -> Sequence[Facts]:
        """Nothing: matches are counted in the texts, not by rows."""
        return ()

    @on(StreamView.Sought)
    def _sought(self, event: StreamView.Sought) -> None:
        event.stop()
        if not self.search.found:
            said = "no match in what is read" if self.filter else "/ searches"
            self.say((said, "muted"))
            return
        rows = self._lines.stream_rows
        cursor = rows.place_of(self._lines.cursor_key)
        before = sum(each.own for each in self.search.found if rows.place_of(each.key) < cursor)
        self._show_match(*self.search.go(event.direction, before))
        self._said_until = 0.0
        self._rest()

    def _show_match(self, key: str, nth: int) -> None:
        """Goes to a match of an item; unfolds the item where the match is folded away."""
        if self._lines.stream_rows.place_of(key) < 0:
            self._show_sections(around=key)
        hits = self.search.hits(self._rows_of(key))
        if nth >= len(hits) and self._section(key).laid.is_cut:
            self.layout_.folds[key] = "open"
            self._show_sections(around=key)
            hits = self.search.hits(self._rows_of(key))
        rows = self._lines.stream_rows
        row = hits[min(nth, len(hits) - 1)][0].row if hits else 0
        self._lines.show_hit(rows.start_of(rows.place_of(key)) + row)

    def _section(self, key: str) -> Section:
        rows = self._lines.stream_rows
        return rows.sections[rows.place_of(key)]

    def _rows_of(self, key: str) -> list[Line]:
        section = self._section(key)
        return [self._head(section, self.layout_.look.width), *section.laid.rows]

    # Comparing

    def _base_name(self) -> str:
        base = self._base
        if base is None:
            return ""
        number = turns.number_of(self._turns, base)
        return f"turn {number}" if number and base.role == "assistant" else base.name or base.role

    def action_compare(self) -> None:
        """Sets the base; on another item shows what differs from it; once more lets go."""
        item, compared = self._selected(), self.layout_.compared
        if item is None:
            return
        if item.key in compared:
            del compared[item.key]
        elif self._base is None:
            self._base = item
            self.say(("compare base: ", "muted"), (self._base_name(), "ink"))
        elif self._base.key == item.key:
            self._base = None
            compared.clear()
            self.say(("no compare base", "muted"))
        else:
            compared[item.key] = self._base
        self._show_sections()

    # Taking away

    def copy_choices(self) -> Sequence[CopyChoice]:
        """The id, the text, the row as JSON, the call as curl, and the command that shows it."""
        item = self._selected()
        if item is None:
            return ()
        text = item.passage
        cut = f", first {numbers.size(text.read)} of {numbers.size(text.size)}" if text.rest else ""
        choices = [
            CopyChoice("i", "id", item.id),
            CopyChoice("t", f"text{cut}", text.text),
            CopyChoice("j", "JSON", json.dumps(as_row(item), ensure_ascii=False, indent=1)),
            CopyChoice("l", "link", command_for(item, self.app.path)),
        ]
        if item.relation == "prompt":
            choices.insert(3, CopyChoice("c", "curl", self._curl(item)))
        return choices

    def _curl(self, item: Item) -> str:
        from ...data.curl import as_curl

        assert self.facts is not None
        of_call = [each for each in self.facts.items if each.row == item.row]
        request = next((each.passage.text for each in of_call if each.role == "user"), "")
        return as_curl(of_call[-1].model, request)

    def export_rows(self) -> Sequence[Mapping[str, Any]]:
        """The items that were read, with their texts as far as they were read."""
        return [as_row(item) for item in self._items()]

    def action_page(self) -> None:
        """Hands the whole item to $PAGER."""
        self._take_away(self.app.page)

    def action_edit(self) -> None:
        """Opens a copy of the item in $EDITOR; the copy is gone afterwards."""
        from ..editing import edit_copy

        self._take_away(lambda text: edit_copy(self.app, text))

    def _take_away(self, give: Callable[[str], object]) -> None:
        item = self._selected()
        if item is None:
            self.say(("nothing is selected", "muted"))
        else:
            self.run_worker(self._give_whole(item, give), group="take", exclusive=True)

    async def _give_whole(self, item: Item, give: Callable[[str], object]) -> None:
        answer = await self.app.poller.ask(lambda source, now: whole_text(source, item))
        text = answer.value or item.passage.text
        if not text:
            self.say(("there is no text to show", "muted"))
            return
        try:
            give(text)
        except UsageError as error:
            self.say((error.title, "bad"), (f"   {error.hint}", "muted"))


def _row_named(where: Mapping[str, Any]) -> str:
    """The row a stream is opened on, as `relation id`, however the opener names it."""
    if isinstance(where.get("at"), str):
        return f"* {where['at']}"
    for name in ("row", "span", "item"):
        word, _, found = str(where.get(name) or "").partition(" ")
        if found and word in _RELATIONS:
            return f"{_RELATIONS[word]} {found}"
    for relation in ("prompt", "tool_call", "approval"):
        if where.get(f"{relation}_id"):
            return f"{relation} {where[f'{relation}_id']}"
    return ""


def _turns_head(width: int, _height: int) -> Sequence[Line]:
    return [turns.turns_head(width)]


def _row_key(row: Row) -> str:
    return row.key


def _turn_key(turn: Turn) -> str:
    return turn.key
