"""One agent's stream, or a run's: prompts, answers, tools and gates as they come."""

import json
import re
import time
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical

from ...data import times
from ...data.errors import UsageError
from ...data.filters import Facts, Kind
from ...data.source import Question, Source
from ...data.stream import Asked as StreamAsked
from ...data.stream import Item, StreamFacts, Where, read_stream, read_whole
from ...data.text import clean_lines, masked
from .. import numbers
from ..drawing import search, turns
from ..drawing import stream as drawing
from ..drawing.stream import Fold, Laid, Look
from ..drawing.turns import Beside, Turn
from ..editing import edit_copy
from ..glyphs import FINAL_STATES, state
from ..line import BLANK, Line, Span
from ..widgets.lines import LineView
from ..widgets.pane import Pane
from ..widgets.prompt import Asked
from ..widgets.stream_view import Row, Section, StreamRows, StreamView
from .base import ConsoleScreen, CopyChoice

MODES = ("md", "raw", "thinking")
MOST_AT_ONCE = 200
"""Items laid out before a key may be served: about 60 ms."""

SAID_SECONDS = 4.0
"""How long a message stands before the resting line comes back."""

_RELATIONS = {
    "prompt": "prompt",
    "llm": "prompt",
    "tool": "tool_call",
    "tool_call": "tool_call",
    "gate": "approval",
    "approval": "approval",
}
_COMMANDS = {
    "prompt": "prompts",
    "tool_call": "tools",
    "approval": "approvals",
    "event": "events",
}


class _Found(NamedTuple):
    """The matches of one item: how many there are in all up to and with it."""

    key: str
    own: int
    end: int


class _Cached(NamedTuple):
    """A layout and what it was made of."""

    item: Item
    look: Look
    fold: Fold
    base: Item | None
    laid: Laid


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
    filter_fields: ClassVar[Mapping[str, Kind]] = {
        "role": Kind.TEXT,
        "name": Kind.TEXT,
        "tool": Kind.TEXT,
        "agent": Kind.TEXT,
        "model": Kind.TEXT,
        "state": Kind.TEXT,
        "risk": Kind.TEXT,
        "cost": Kind.MONEY,
        "in": Kind.NUMBER,
        "out": Kind.NUMBER,
        "took": Kind.DURATION,
        "size": Kind.SIZE,
        "age": Kind.DURATION,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "search", key_display="/"),
        Binding("left_curly_bracket", "previous_turn", "turn", key_display="{ }"),
        Binding("right_curly_bracket", "next_turn", "next turn", key_display="}"),
        Binding("left_square_bracket", "previous_message", "message", key_display="[ ]"),
        Binding("right_square_bracket", "next_message", "next message", key_display="]"),
        Binding("E", "next_error", "next error"),
        Binding("v", "mode", "view: md, raw, with thinking"),
        Binding("w", "wrap", "wrap"),
        Binding("z", "fold", "fold"),
        Binding("Z", "zoom", "zoom: no panes"),
        Binding("m", "toggle_mark", "mark"),
        Binding("equals_sign", "compare", "compare", key_display="="),
        Binding("e", "edit", "editor"),
        Binding("a", "review", "review gate"),
        Binding("at", "go_to_time", "go to a time", key_display="@"),
        Binding("b", "whole_run", "all agents of the run, or one"),
        Binding("tab", "focus_next", "pane"),
    ]

    facts: StreamFacts | None

    def __init__(self) -> None:
        super().__init__()
        self.where = Where()
        self.mode = 0
        self.is_wrapped = True
        self._pages = 1
        self._windows: dict[str, int] = {}
        self._folds: dict[str, Fold] = {}
        self._cache: dict[str, _Cached] = {}
        self._base: Item | None = None
        self._compared: dict[str, Item] = {}
        self._turns: list[Turn] = []
        self._masked = 0
        self._pattern: re.Pattern[str] | None = None
        self._found: list[_Found] = []
        self._match = -1
        """The match that `n` went to, counted from 0; -1: none yet."""
        self._marks: dict[str, tuple[Laid, dict[int, list[search.Mark]]]] = {}
        self._lowered: dict[str, tuple[Item, str]] = {}
        self._is_laying = False
        self._wanted_time: float | None = None
        self._wanted_row = ""
        self._said_until = 0.0
        self._is_new = True

    # Asking

    def enter(self, **where: Any) -> None:
        """Opens an agent's stream, a run's (`run_id` alone; None: of the run at hand), a row's."""
        row = _row_named(where)
        wanted = Where(where.get("agent_id") or "", where.get("run_id") or "", row)
        if "run_id" in where and where["run_id"] is None:
            wanted = Where(run_id=self._run_id)
        if where.get("at") is not None:
            self._wanted_time = float(where["at"])
        if not where or (not any(wanted) and self._wanted_time is None):
            return
        if any(wanted) and wanted != self.where:
            self._begin(wanted)
        self._wanted_row = row

    def _begin(self, where: Where) -> None:
        """Another stream: what was folded, marked and asked for belonged to the one before."""
        self.where = where
        self.facts = None
        self._pages, self._windows, self._folds = 1, {}, {}
        self._cache, self._compared, self._lowered = {}, {}, {}
        self._found, self._match = [], -1
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
        with Container(id="stream-panes"):
            with Vertical(id="stream-turns"):
                yield Pane(
                    lambda width, _: [turns.turns_head(width)],
                    id="stream-turns-head",
                    ground="ground-panel",
                )
                yield LineView(self._draw_turn, _turn_key, id="turns-list", ground="ground-panel")
            yield StreamView(
                self._draw_row,
                _row_key,
                id="stream-lines",
                space_pages=True,
                can_mark=True,
                can_follow=True,
            )
            yield Pane(self._pane, id="stream-facts", ground="ground-panel")

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
        if self.facts is not None and self._look() != self._laid_for:
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
        self._go_where_wanted(facts)
        if facts.is_reading:
            self._ask()

    def _go_where_wanted(self, facts: StreamFacts) -> None:
        if self._wanted_row and not facts.is_reading:
            found = [item for item in facts.items if item.row == self._wanted_row]
            if found:
                self._go_to(found[-1].key)
            self._wanted_row = ""
        if self._wanted_time is not None and not facts.is_reading:
            moment, self._wanted_time = self._wanted_time, None
            self._select_at(facts, moment)

    def _select_at(self, facts: StreamFacts, moment: float) -> None:
        after = [item for item in facts.items if item.at is not None and item.at >= moment]
        if after or facts.items:
            self._go_to((after[0] if after else facts.items[-1]).key)

    def _go_to(self, key: str) -> None:
        """Selects an item, also one that is not laid out yet."""
        self._lines.follow = False
        if self._lines.stream_rows.place_of(key) < 0:
            self._show_sections(around=key)
        self._lines.select(key)

    def second(self) -> None:
        """Ages move; the resting line comes back; what is only true now goes with the truth."""
        super().second()
        if self.view.is_live != self._was_live:
            self._show_sections()
        elif self.is_counting():
            self.query_one("#stream-facts", Pane).update()
        self._rest()

    def is_counting(self) -> bool:
        """Whether an age on screen moves: the agent's, a call's, a gate's."""
        facts = self.facts
        if facts is None or facts.status is None:
            return facts is not None and not facts.items and facts.started is not None
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
        path = [facts.title, facts.agent or "all agents", "stream"]
        return tuple(path if self.size.width < 100 else ["Fleet", *path])

    def crumb_values(self) -> Sequence[tuple[str, str]]:
        """The turn, the view, and whether lines are wrapped."""
        values = [("view", MODES[self.mode]), ("wrap", "on" if self.is_wrapped else "off")]
        if self.size.width < 100 and self.is_wrapped:
            values.pop()
        if self._turns:
            last = max((turn.number for turn in self._turns), default=0)
            number = turns.number_of(self._turns, self._selected())
            floor = self.view.glyphs.floor if self.facts and self.facts.turns_are_floor else ""
            values.insert(0, ("turn", f"{number or 1:,} of {floor}{last:,}"))
        if self.filter_text:
            values.insert(0, ("search", self.filter_text[:24]))
        return values

    def say(self, *spans: Span) -> None:
        """One message, before the resting line comes back."""
        self._said_until = self.view.now + SAID_SECONDS
        super().say(*spans)

    def _rest(self) -> None:
        """What the message line says when nothing else does."""
        if not self.is_mounted or self.prompt.is_busy or self.view.now < self._said_until:
            return
        self.prompt.say(self._resting())

    def _resting(self) -> list[Span]:
        lines = self._lines
        below = numbers.count(lines.new_below)
        spans: list[Span] = [("FOLLOW", "ok bold")] if lines.follow else [("f", "bright bold")]
        spans += [] if lines.follow else [(" follows", "muted")]
        groups = [("new below", below)]
        if self.size.width < 120:
            thinking = "shown (v)" if MODES[self.mode] == "thinking" else "hidden (v)"
            groups += [("thinking", thinking), ("secrets masked", f"{self._masked:,}")]
        groups.append(("marks", str(len(lines.marks))))
        if self.filter_text:
            at = f"{self._match + 1:,} of " if self._match >= 0 else ""
            groups.append(("matches", f"{at}{self._matches_in_all:,}"))
        for label, value in groups:
            spans += [("   ", ""), (f"{label} ", "muted"), (value, "ink")]
        return spans

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

        Where very much changed at once, what is near the reader comes first.
        """
        look = self._laid_for = self._look()
        self._was_live = self.view.is_live
        items = self._items()
        near = self._near(items, look, around)
        self._lines.rows = StreamRows(list(self._sections(items[near], look, near)))
        if len(items[near]) < len(items):
            self._lay_out_rest()
        else:
            kept = {item.key for item in items}
            self._cache = {key: cached for key, cached in self._cache.items() if key in kept}
        self._find()
        self._show_beside()

    def _near(self, items: Sequence[Item], look: Look, around: str) -> slice:
        """The items to show: all, or those around the reader while the rest is not laid out."""
        waiting = sum(not self._is_laid(item, look) for item in items)
        if waiting <= MOST_AT_ONCE:
            return slice(0, len(items))
        key = around or ("" if self._lines.follow else self._lines.cursor_key)
        at = next((index for index, item in enumerate(items) if item.key == key), len(items))
        last = min(len(items), max(at + MOST_AT_ONCE // 2, MOST_AT_ONCE))
        return slice(max(0, last - MOST_AT_ONCE), last)

    def _lay_out_rest(self) -> None:
        """Goes on laying out between keys, a few items at a time; then shows them all."""
        if not self._is_laying:
            self._is_laying = True
            self.set_timer(0.01, self._lay_out_some)

    def _lay_out_some(self) -> None:
        self._is_laying = False
        look = self._laid_for
        waiting = [item for item in self._items() if not self._is_laid(item, look)]
        # The nearest to the end first: that is where most readers are.
        for item in waiting[-MOST_AT_ONCE // 4 :]:
            self._laid(item, look)
        if len(waiting) > MOST_AT_ONCE:
            self._lay_out_rest()
        else:
            self._show_sections()

    def _sections(self, items: Sequence[Item], look: Look, near: slice) -> Iterator[Section]:
        facts = self.facts
        if facts is None or not items:
            yield _note(self._empty(facts))
            return
        notes = self._notes_before(facts) if near.start == 0 else []
        if notes:
            yield _note(notes)
        laid = [self._laid(item, look) for item in items]
        following = [*laid[1:], None]
        for index, (item, this, after) in enumerate(zip(items, laid, following, strict=True)):
            has_gap = look.is_tall and after is not None
            has_gap = has_gap and _are_apart(item, this, items[index + 1], after)
            yield Section(item.key, item, this, has_gap)
        if items[-1].role == "gate" and items[-1].status == "pending" and self.view.is_live:
            yield _note([_said([("nothing since: the agent is blocked on you", "muted")])])

    def _items(self) -> list[Item]:
        if self.facts is None:
            return []
        if MODES[self.mode] == "thinking":
            return list(self.facts.items)
        return [item for item in self.facts.items if item.role != "thinking"]

    def _is_laid(self, item: Item, look: Look) -> bool:
        kept = self._cache.get(item.key)
        if kept is None or kept.item is not item:
            return False
        fold, base = self._folds.get(item.key, "auto"), self._compared.get(item.key)
        return kept[1:4] == (look, fold, base)

    def _laid(self, item: Item, look: Look) -> Laid:
        if self._is_laid(item, look):
            return self._cache[item.key].laid
        fold, base = self._folds.get(item.key, "auto"), self._compared.get(item.key)
        laid = drawing.difference(base, item, look) if base else drawing.lay_out(item, look, fold)
        self._cache[item.key] = _Cached(item, look, fold, base, laid)
        return laid

    def _notes_before(self, facts: StreamFacts) -> list[Line]:
        if facts.has_older:
            return [_said([("earlier messages are read as you go up", "muted")])]
        answers = [item for item in facts.items if item.relation == "prompt" and not item.is_open]
        if answers and all(item.is_read and not item.passage for item in answers):
            return _without_text(facts)
        return []

    def _empty(self, facts: StreamFacts | None) -> list[Line]:
        """Why there is nothing, and what can be done."""
        if facts is None:
            return [_margin([("reading ", "muted"), (self.app.source_name, "muted")])]
        if not facts.agent and not facts.title:
            return _sentences("no agent has been recorded here yet", facts.lacks, self._ways_out())
        if facts.lacks:
            return [*_without_text(facts), BLANK, self._ways_out()]
        since = numbers.age(None if facts.started is None else self.view.now - facts.started)
        who = facts.agent or facts.title
        return _sentences(f"no messages yet: {who} began {since} ago", "", self._ways_out())

    def _ways_out(self) -> Line:
        keys = (("1", "fleet"), ("0", "sources"), ("-", "last view"))
        return _margin(
            [
                span
                for key, word in keys
                for span in ((key, "bright bold"), (f" {word}   ", "muted"))
            ]
        )

    def _draw_row(self, row: Row, width: int) -> Line:
        section = row.section
        if row.offset >= section.height:
            return BLANK
        if row.offset < section.heads:
            assert section.item is not None
            line = drawing.head(section.item, section.laid, width, self._laid_for, self.view)
        else:
            line = section.laid.rows[row.offset - section.heads]
        marks = self._marks_at(section, row.offset - section.heads, line) if self._pattern else None
        return search.marked(line, marks) if marks else line

    def _marks_at(self, section: Section, row: int, line: Line) -> Sequence[search.Mark] | None:
        """What of a row matches the search, in items that match it as a whole."""
        assert self._pattern is not None
        if section.item is None or not self._matches(section.item):
            return None
        if row < 0:
            return search.by_row(search.find([line], self._pattern)).get(0)
        kept = self._marks.get(section.key)
        if kept is None or kept[0] is not section.laid:
            marks = search.by_row(search.find(section.laid.rows, self._pattern))
            kept = self._marks[section.key] = (section.laid, marks)
        return kept[1].get(row)

    # Beside

    def _show_beside(self) -> None:
        self.query_one("#stream-facts", Pane).update()
        turn_list = self.query_one("#turns-list", LineView)
        if turn_list.size.width:
            turn_list.rows = self._turns
            index = turns.turn_at(self._turns, self._selected())
            if index >= 0 and not turn_list.has_focus:
                turn_list.select(self._turns[index].key)
        self._rest()

    def _pane(self, width: int, height: int) -> Sequence[Line]:
        if self.facts is None:
            return ()
        return turns.pane(
            self._turns,
            self._selected(),
            Beside(
                "shown" if MODES[self.mode] == "thinking" else "hidden",
                self._masked,
                self._base_name(),
                len(self._lines.marks),
            ),
            width,
            height,
            self.view,
            with_turns=self.size.width < 160,
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
    @on(LineView.MarksChanged)
    def _follow_changed(self, event: LineView.FollowChanged | LineView.MarksChanged) -> None:
        event.stop()
        self._rest()

    @on(LineView.EdgeReached, "#stream-lines")
    def _edge_reached(self, event: LineView.EdgeReached) -> None:
        event.stop()
        if event.edge == "start" and self.facts is not None and self.facts.has_older:
            self._pages += 1
            self._ask()

    # Folding and viewing

    def open_row(self, key: str, row: Any) -> None:
        """`enter`: a gate's review, the next part of what is folded, or the fold again."""
        if not isinstance(row, Row):
            self._lines.focus()
            return
        item, laid = row.section.item, row.section.laid
        if item is None:
            return
        if item.role == "gate" and item.is_open:
            self.app.visit("review", id=item.id)
            return
        fold = self._folds.get(key, "auto")
        if fold == "open" and any(text.rest for _, text in item.texts):
            self._windows[item.row] = self._windows.get(item.row, 1) + 1
            self._ask()
            return
        if fold == "auto" and not laid.is_cut:
            self.say(("nothing is folded here", "muted"))
            return
        self._fold(key, "open" if fold == "auto" else "auto")

    def action_fold(self) -> None:
        """Folds the selected item to its head, or back."""
        item = self._selected()
        if item is not None:
            self._fold(item.key, "auto" if self._folds.get(item.key) == "shut" else "shut")

    def _fold(self, key: str, fold: Fold) -> None:
        self._folds[key] = fold
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
            self.say(("the rendered view wraps always; v shows raw lines", "muted"))
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

    def _step(self, direction: int, roles: tuple[str, ...]) -> None:
        """To the next or previous item of these roles; at the first one, to what is older."""
        rows = self._lines.stream_rows
        place = rows.place_of(self._lines.cursor_key)
        places = range(place + 1, len(rows.sections)) if direction > 0 else range(place - 1, -1, -1)
        for index in places:
            item = rows.sections[index].item
            if item is not None and item.role in roles:
                self._go_to(item.key)
                return
        if direction < 0 and self.facts is not None and self.facts.has_older:
            self._pages += 1
            self._ask()

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
        found = self._matches_in_all
        spans: list[Span] = [(f"{found:,} match{'' if found == 1 else 'es'}", "muted")]
        if self.facts is not None and self.facts.has_older:
            spans.append(("  in what is read so far", "muted"))
        return spans if self.filter else []

    def filter_changed(self) -> None:
        """Another search: its matches are marked."""
        self._match = -1
        self._marks = {}
        self._pattern = search.pattern_of(search.words_of(self.filter))
        self._find()
        self._lines.redraw()

    def filter_facts(self) -> Sequence[Facts]:
        """Nothing: matches are counted in the texts, not by rows."""
        return ()

    @property
    def _matches_in_all(self) -> int:
        return self._found[-1].end if self._found else 0

    def _find(self) -> None:
        """How many matches each item has, folded away or not."""
        self._found = []
        if not self.filter:
            return
        words, end = search.words_of(self.filter), 0
        for item in self._items():
            if self._matches(item):
                count = max(1, search.count(self._lower(item), words))
                end += count
                self._found.append(_Found(item.key, count, end))
        self._match = min(self._match, end - 1)

    def _lower(self, item: Item) -> str:
        """All text of an item on one line, in lower case."""
        kept = self._lowered.get(item.key)
        if kept is None or kept[0] is not item:
            lines = [line for _, text in item.texts for line in text.lines]
            text = " ".join([item.name, item.error, *lines]).lower()
            kept = self._lowered[item.key] = (item, text)
        return kept[1]

    def _matches(self, item: Item) -> bool:
        return self.filter.matches(
            {
                "role": item.role,
                "name": item.name,
                "tool": item.name if item.role == "tool" else None,
                "agent": item.agent,
                "model": item.model,
                "state": (item.status, item.source_status),
                "risk": item.risk,
                "cost": item.cost_usd,
                "in": item.tokens_in,
                "out": item.tokens_out,
                "took": item.took,
                "size": max((text.size for _, text in item.texts), default=0),
                "age": None if item.at is None else self.view.now - item.at,
                "err": item.error,
                "text": self._lower(item),
            }
        )

    @on(StreamView.Sought)
    def _sought(self, event: StreamView.Sought) -> None:
        event.stop()
        if not self._found:
            said = "no match in what is read" if self.filter else "/ searches"
            self.say((said, "muted"))
            return
        self._match = self._next_match(event.direction)
        self._show_match(self._match)
        self._said_until = 0.0
        self._rest()

    def _next_match(self, direction: int) -> int:
        """From the last match on, else from the cursor."""
        if self._match >= 0:
            return (self._match + direction) % self._matches_in_all
        rows = self._lines.stream_rows
        cursor = rows.place_of(self._lines.cursor_key)
        before = sum(each.own for each in self._found if rows.place_of(each.key) < cursor)
        first = before if direction > 0 else before - 1
        return first % self._matches_in_all

    def _show_match(self, match: int) -> None:
        """Goes to a match; unfolds its item where the match is folded away."""
        ends = [each.end for each in self._found]
        found = self._found[bisect_right(ends, match)]
        nth = match - (found.end - found.own)
        if self._lines.stream_rows.place_of(found.key) < 0:
            self._show_sections(around=found.key)
        hits = self._hits(found.key)
        if nth >= len(hits) and self._is_cut(found.key):
            self._folds[found.key] = "open"
            self._show_sections(around=found.key)
            hits = self._hits(found.key)
        rows = self._lines.stream_rows
        row = hits[min(nth, len(hits) - 1)][0].row if hits else 0
        self._lines.show_hit(rows.start_of(rows.place_of(found.key)) + row)

    def _section(self, key: str) -> Section:
        rows = self._lines.stream_rows
        return rows.sections[rows.place_of(key)]

    def _is_cut(self, key: str) -> bool:
        return self._section(key).laid.is_cut

    def _hits(self, key: str) -> list[search.Hit]:
        section, look = self._section(key), self._laid_for
        if section.item is None or self._pattern is None:
            return []
        head = drawing.head(section.item, section.laid, look.width, look, self.view)
        return search.find([head, *section.laid.rows], self._pattern)

    # Comparing

    def _base_name(self) -> str:
        base = self._base
        if base is None:
            return ""
        number = turns.number_of(self._turns, base)
        return f"turn {number}" if number and base.role == "assistant" else base.name or base.role

    def action_compare(self) -> None:
        """Sets the base; on another item shows what differs from it; once more lets go."""
        item = self._selected()
        if item is None:
            return
        if item.key in self._compared:
            del self._compared[item.key]
        elif self._base is None:
            self._base = item
            self.say(("compare base: ", "muted"), (self._base_name(), "ink"))
        elif self._base.key == item.key:
            self._base, self._compared = None, {}
            self.say(("no compare base", "muted"))
        else:
            self._compared[item.key] = self._base
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
            CopyChoice("j", "JSON", json.dumps(_as_row(item), ensure_ascii=False, indent=1)),
            CopyChoice("l", "link (the command that shows this)", self._link(item)),
        ]
        if item.relation == "prompt":
            choices.insert(3, CopyChoice("c", "call as curl", self._curl(item)))
        return choices

    def _curl(self, item: Item) -> str:
        from ...data.curl import as_curl

        assert self.facts is not None
        of_call = [each for each in self.facts.items if each.row == item.row]
        request = next((each.passage.text for each in of_call if each.role == "user"), "")
        return as_curl(of_call[-1].model, request)

    def _link(self, item: Item) -> str:
        from shlex import quote

        command = _COMMANDS[item.relation]
        sought = quote(f'id="{item.id}"')
        return f"vedette {command} --db {quote(self.app.path)} --filter {sought} --json"

    def export_rows(self) -> Sequence[Mapping[str, Any]]:
        """The items that were read, with their texts as far as they were read."""
        return [_as_row(item) for item in self._items()]

    def action_page(self) -> None:
        """Hands the whole item to $PAGER."""
        self._take_away(self.app.page)

    def action_edit(self) -> None:
        """Opens a copy of the item in $EDITOR; the copy is gone afterwards."""
        self._take_away(lambda text: edit_copy(self.app, text))

    def _take_away(self, give: Any) -> None:
        item = self._selected()
        if item is None:
            self.say(("nothing is selected", "muted"))
            return
        self.run_worker(self._give_whole(item, give), group="take", exclusive=True)

    async def _give_whole(self, item: Item, give: Any) -> None:
        answer = await self.app.poller.ask(lambda source, now: _whole_text(source, item))
        text = answer.value or item.passage.text
        if not text:
            self.say(("there is no text to show", "muted"))
            return
        try:
            give(text)
        except UsageError as error:
            self.say((error.title, "bad"), (f"   {error.hint}", "muted"))


_ALL_ROLES = ("user", "thinking", "assistant", "tool", "gate", "error")


def _row_named(where: Mapping[str, Any]) -> str:
    """The row a stream is opened on, as `relation id`, however the opener names it."""
    for name in ("row", "span", "item"):
        word, _, found = str(where.get(name) or "").partition(" ")
        if found and word in _RELATIONS:
            return f"{_RELATIONS[word]} {found}"
    for name, relation in (
        ("prompt_id", "prompt"),
        ("tool_call_id", "tool_call"),
        ("approval_id", "approval"),
    ):
        if where.get(name):
            return f"{relation} {where[name]}"
    return ""


def _whole_text(source: Source, item: Item) -> str:
    """Every text of an item in full, safe for a terminal, secrets masked."""
    texts = read_whole(source, item) or [("", item.passage.text)]
    parts: list[str] = []
    for label, text in texts:
        safe = masked(text)[0]
        lines = clean_lines(safe, None, max(len(safe), 1))
        if len(texts) > 1:
            parts.append(f"--- {label} ---")
        parts += lines
    return "\n".join(parts) + "\n" if any(text for _, text in texts) else ""


def _as_row(item: Item) -> dict[str, Any]:
    row = {name: value for name, value in asdict(item).items() if value not in (None, "", ())}
    row["texts"] = {label or "text": text.text for label, text in item.texts}
    for name in ("key", "is_read"):
        row.pop(name, None)
    return row


def _are_apart(item: Item, laid: Laid, after: Item, laid_after: Laid | None) -> bool:
    """Whether an empty row stands between two items: heads alone, and one call's, keep together."""
    if item.row == after.row:
        return bool(laid.rows)
    return bool(laid.rows or (laid_after and laid_after.rows)) or after.relation == "prompt"


def _row_key(row: Row) -> str:
    return row.key


def _turn_key(turn: Turn) -> str:
    return turn.key


def _note(lines: Sequence[Line]) -> Section:
    return Section("", None, Laid((), tuple(lines), False))


def _said(spans: Sequence[Span]) -> Line:
    return Line(((" " * drawing.TEXT_AT, ""), *spans))


def _margin(spans: Sequence[Span]) -> Line:
    return Line(((" ", ""), *spans))


def _sentences(bold: str, muted: str, ways: Line) -> list[Line]:
    lines = [BLANK, _margin([(bold, "bright bold")])]
    if muted:
        lines.append(_margin([(muted, "muted")]))
    return [*lines, BLANK, ways]


def _without_text(facts: StreamFacts) -> list[Line]:
    said = "no messages recorded: this source stores metadata only"
    reason = facts.lacks or "the calls stand here without what was said in them"
    return [_margin([(said, "bright bold")]), _margin([(reason, "muted")])]
