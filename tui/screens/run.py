"""One run: where its time went, as waterfall, tree, lanes or shape, and the selected span."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.timer import Timer

from ...data import times
from ...data.filters import Kind, parse
from ...data.run import Known, RunFacts, read_run
from ...data.source import Question, Source
from ...data.span_detail import Detail
from ...data.span_list import Span as RunSpan
from ...data.span_matches import FIELDS, Matches, facts_of
from ...data.span_tree import SpanTree
from ...data.spans import Node, walk
from .. import numbers, parts
from ..drawing import run_summary, waterfall
from ..drawing.run_detail import detail_lines
from ..drawing.run_scene import MODES, Scene, run_cost, run_state, state_of
from ..drawing.span_rows import SpanRow, SpanRows, lanes, shapes
from ..glyphs import state
from ..line import BLANK, Line, Span, width_of
from ..widgets.lines import LineView
from ..widgets.pane import Pane
from ..widgets.prompt import Asked
from .base import ConsoleScreen, CopyChoice

SETTLE_SECONDS = 0.1
"""How long the cursor rests on a span before its detail is read."""

MESSAGE_SECONDS = 4.0
"""How long a message stands before the shares of the time come back."""

FOLDED_SHAPES = 20
"""From so many agents on the shape shows one line of each, at first."""


class RunScreen(ConsoleScreen):
    """Where did one run's time go?"""

    CSS_PATH = "run.tcss"
    name_ = "run"
    number = "2"
    footer = ("choose", "review", "mode", "next_failed", "go_to", "copy_menu", "export_menu")
    filter_fields: ClassVar[Mapping[str, Kind]] = FIELDS
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's own name and type
        *ConsoleScreen.HORIZONTAL_BREAKPOINTS,
        (200, "-vast"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-short"), (36, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "review", "review"),
        Binding("v", "mode", "view"),
        Binding("E", "next_failed", "next error"),
        Binding("at", "go_to", "go to time", key_display="@"),
        Binding("z", "fold", "fold, unfold"),
        Binding("h,left", "shut", "fold, or to the parent"),
        Binding("l,right", "unfold", "unfold, or into it"),
        Binding("left_square_bracket", "sibling(-1)", "span before", key_display="["),
        Binding("right_square_bracket", "sibling(1)", "next span", key_display="]"),
        Binding("left_curly_bracket", "agent(-1)", "agent before", key_display="{"),
        Binding("right_curly_bracket", "agent(1)", "next agent", key_display="}"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.spans = SpanTree()
        self._run_id = ""
        self._known: Known | None = None
        self._mode = 0
        self._folds: dict[str, bool] = {}
        self._budget: float | None = None
        self._detail: Detail | None = None
        self._matches: Matches | None = None
        self._target: dict[str, Any] = {}
        """Where the cursor is to go once it is read: an agent's id, a span's id, or a moment."""
        self._is_placed = False
        self._settle: Timer | None = None
        self._said_until = 0.0
        self._scene: Scene | None = None

    # Asking and showing

    def enter(self, **where: Any) -> None:
        """Takes `run_id`, `view`, and where the cursor goes: `agent_id`, `at` (a moment or a span's
        id), `key`. Without a run it is the fleet's selected one, the last one, or the latest.
        """
        run_id = where.pop("run_id", "") or self._run_of_fleet() or self._run_id
        self._mode = MODES.index(where.pop("view", MODES[self._mode]))
        self._target = {name: value for name, value in where.items() if value not in (None, "")}
        if run_id == self._run_id and self._known is not None:
            self._is_placed = True
            if self.query("#run-list"):
                self._show_rows()
                self._place_cursor()
            return
        self._run_id = run_id
        self._forget()

    def _forget(self) -> None:
        self.spans.clear()
        self._known = self._detail = self._matches = None
        self._folds = {}
        self._is_placed = False
        self.facts = None
        for view in self.query("#run-list").results(LineView):
            view.rows = ()

    def _run_of_fleet(self) -> str:
        """The run under the cursor of the fleet, when that is where we come from."""
        current = self.app.screen
        found = current.query("#fleet-list") if isinstance(current, ConsoleScreen) else ()
        for view in found:
            row = view.selected if isinstance(view, LineView) else None
            run = getattr(row, "run", None)
            return run.id if run is not None else ""
        return ""

    def place(self) -> dict[str, Any]:
        """The run, the view, and the row."""
        row = self._selected()
        key = row.key if row is not None else ""
        return {"run_id": self._run_id, "view": MODES[self._mode], "key": key}

    def question(self) -> Question[Any]:
        """What is new of the run, and the detail of the span under the cursor."""
        run_id, known = self._run_id, self._known
        rechecks = self.spans.rechecks() if known is not None else ()
        row = self._selected()
        selected = row.span.key if row is not None and row.span is not None else ""

        def read(source: Source, now: float) -> RunFacts:
            return read_run(source, run_id, now, known, rechecks, selected)

        return read

    def receive(self, facts: RunFacts) -> None:
        """An answer; one to a question about another run, or asked before the last answer came,
        is not taken: the next look brings what it said."""
        is_ours = not self._run_id or facts.known.run_id == self._run_id
        if is_ours and facts.since is self._known:
            super().receive(facts)

    def show(self, facts: RunFacts) -> None:
        """Puts what is new where it belongs; only lines that differ are written."""
        if facts.is_reset:
            self.spans.clear()
            self._matches = self._new_matches()
        self._known = facts.known if facts.run is not None else None
        self._run_id = facts.known.run_id
        self._budget, self._detail = facts.budget, facts.detail
        is_part = not facts.known.is_whole
        self.spans.take(
            facts.run, facts.agents, facts.spans, is_part=is_part, has_costs=facts.has_costs
        )
        if self._matches is not None:
            self._matches.take(facts.spans, self.view.now)
        self._show_rows()
        self._place_cursor()
        if facts.is_more:
            self.app.look_soon()

    def compose_body(self) -> ComposeResult:
        """Where the time went, the rows under their axis, the critical path, the pane."""
        with Container(id="run-panes"):
            with Vertical(id="run-main"):
                yield Pane(self._share_lines, id="run-shares")
                yield Pane(lambda width, _: [waterfall.head(width, self.scene)], id="run-head")
                yield Pane(self._empty_lines, id="run-empty")
                yield LineView(self._draw_row, _key, id="run-list")
                yield Pane(self._summary_lines, id="run-summary")
            yield Pane(self._detail_lines, id="run-detail", ground="ground-panel")

    def on_mount(self) -> None:
        """The list has the keyboard."""
        super().on_mount()
        self._list.focus()

    def on_resize(self) -> None:
        """Another width is another axis."""
        super().on_resize()
        self.call_after_refresh(self._draw)

    def second(self) -> None:
        """What is open grows by a second."""
        self._scene = None
        super().second()
        if self.is_counting() or not self.app.freshness.is_live:
            self._draw_panes()
        self._say_shares()

    @property
    def scene(self) -> Scene:
        """What rows are drawn with; a new one each second and each look."""
        if self._scene is None:
            self._scene = Scene(self.view, self.spans, MODES[self._mode])
        return self._scene

    # Frame

    def _source_name(self) -> list[Span]:
        run = self.spans.run
        if run is None:
            return super()._source_name()
        title = parts.cut(run.title, 32, self.view.glyphs)
        tail = f" {parts.cut_id(parts.cut(run.id, 40, self.view.glyphs))}"
        return [("  ", "ink"), (title, "bright bold"), (tail, "muted")]

    def identity(self) -> Sequence[Sequence[Span]]:
        """What the run does and for how long, what it costs, how many agents it has."""
        if self.spans.run is None:
            return [[("reading", "muted")]] if self.facts is None else []
        word, since = run_state(self.spans, self.view.now)
        judged = self.facts.judged if self.facts is not None else None
        if judged is not None and word != "WAITING":
            word, since = judged.state, judged.since
        shown = state(word, self.view.glyphs, is_live=self.view.is_live)
        doing: list[Span] = [shown.mark, (" ", ""), shown.word]
        if since is not None and self.is_counting():
            doing.append((f" {numbers.age(self.view.now - since, self.view.glyphs)}", "ink"))
            if not self.view.is_live:
                doing.append((self.view.glyphs.unknown, "doubt bold"))
        agents = len(self.spans.nodes)
        noun = " agent" if agents == 1 else " agents"
        return [doing, self._money(), [(numbers.count(agents), "bright bold"), (noun, "muted")]]

    def _money(self) -> list[Span]:
        glyphs, is_floor = self.view.glyphs, self.spans.unpriced > 0
        cost = run_cost(self.spans)
        if cost is None and not is_floor:
            return []
        token = "doubt" if cost is None else "bright bold"
        spans: list[Span] = [(numbers.dollars(cost, glyphs, is_floor=is_floor), token)]
        if self._budget is not None and self.size.width >= 100:
            spans.append((f" of {numbers.dollars(self._budget, glyphs)}", "muted"))
        return spans

    def crumbs(self) -> Sequence[str]:
        """Fleet, the run, and the view."""
        run = self.spans.run
        title = parts.cut(run.title, 24, self.view.glyphs) if run is not None else "run"
        return ("Fleet", title, MODES[self._mode])

    def crumb_values(self) -> Sequence[tuple[str, str]]:
        """The filter, how far it is read, and from when to when it went."""
        values: list[tuple[str, str]] = []
        if self.filter_text:
            values.append(("filter", parts.cut(self.filter_text, 24, self.view.glyphs)))
        if self._loading():
            return [*values, ("loading", self._loading())]
        if self.spans.run is None:
            return values
        start, end = self.spans.extent(self.view.now)
        values.append(("span", numbers.stretch(start, end, self.view.now, glyphs=self.view.glyphs)))
        if self.size.width >= 100:
            values.append(("length", numbers.duration(end - start, self.view.glyphs)))
        return values

    def _loading(self) -> str:
        """How far the run is read: `1,204 of 38,110`; "" when it is whole."""
        known = self._known
        if known is None or known.is_whole:
            return ""
        return f"{known.count:,}" + (f" of {known.expected:,}" if known.expected else "")

    def is_counting(self) -> bool:
        """Whether the run goes on."""
        return self.spans.run is not None and not self.spans.run.is_over

    def _keys(self) -> list[tuple[str, str]]:
        """The footer; `v` names the view it leads to."""
        following = MODES[(self._mode + 1) % len(MODES)]
        words = {"open": "span", "view": following}
        if self.size.width < 100:
            words |= {"next error": "error", "go to time": "time"}
        return [(key, words.get(word, word)) for key, word in super()._keys()]

    # Rows

    @property
    def _list(self) -> LineView[SpanRow]:
        return self.query_one("#run-list", LineView)

    def _selected(self) -> SpanRow | None:
        return self._list.selected if self.is_mounted and self.query("#run-list") else None

    def _show_rows(self) -> None:
        """The rows of the view; the cursor keeps its row."""
        self._scene = None
        self.set_class(not self.spans.count and not self.spans.nodes, "-empty")
        self._list.rows = self._rows()
        self._draw_panes()

    def _rows(self) -> Sequence[SpanRow]:
        mode = MODES[self._mode]
        if mode == "timeline":
            return lanes(self.spans)
        if mode == "shape":
            return shapes(self.spans, self._is_shape_folded)
        matches = self._matches.spans if self._matches is not None else None
        return SpanRows(self.spans, self._is_folded, matches)

    def _is_folded(self, node: Node) -> bool:
        if self._matches is not None:
            return self._folds.get(node.key, False)
        return self._folds.get(node.key, self.spans.is_folded_at_first(node))

    def _is_shape_folded(self, node: Node) -> bool:
        return self._folds.get(f"shape {node.key}", len(self.spans.nodes) >= FOLDED_SHAPES)

    def _place_cursor(self) -> None:
        """Brings the cursor to where it was sent; else, at first, to the oldest open gate."""
        if self._target:
            key = self._target_key()
            if key is not None and self._go_to_key(key):
                self._target, self._is_placed = {}, True
            elif self._known is not None and self._known.is_whole:
                self._target = {}
        if not self._is_placed and not self._target:
            gates = self.spans.gates_open(self.view.now)
            self._is_placed = bool(self.spans.count)
            if gates:
                self._go_to_key(gates[0].key)

    def _target_key(self) -> str | None:
        at, agent_id = self._target.get("at"), self._target.get("agent_id")
        if isinstance(at, str):
            found = self.spans.find_id(at)
        elif at is not None:
            found = self.spans.at_moment(float(at), self.view.now)
        else:
            return self._target.get("key") or f"agent {agent_id}"
        return found.key if found is not None else None

    def _go_to_key(self, key: str) -> bool:
        """Selects a row, unfolding what it is under; False when there is none."""
        span = self.spans.find(key)
        if span is not None and MODES[self._mode] in ("timeline", "shape"):
            key = self.spans.node_of(span).key
        elif span is not None:
            self._unfold_over(self.spans.node_of(span))
        elif key.startswith("agent "):
            node = self.spans.nodes.get(key.removeprefix("agent "))
            if node is not None and node.parent is not None:
                self._unfold_over(node.parent)
        return self._list.select(key)

    def _unfold_over(self, node: Node) -> None:
        """Unfolds a node and every one above it."""
        folded: list[Node] = []
        above: Node | None = node
        while above is not None:
            if self._is_folded(above):
                folded.append(above)
            above = above.parent
        if folded:
            self._folds |= {each.key: False for each in folded}
            self._show_rows()

    # Drawing

    def _draw_row(self, row: SpanRow, width: int) -> Line:
        return waterfall.row_line(row, width, self.scene)

    def _draw(self) -> None:
        self._scene = None
        self._list.redraw()
        self._draw_panes()

    def _draw_panes(self) -> None:
        for pane in self.query(Pane):
            pane.update()
        self._say_shares()

    def _share_lines(self, width: int, height: int) -> Sequence[Line]:
        if self.spans.run is None:
            return []
        if self._loading():
            return [run_summary.loading_line(self._loading(), width)]
        return run_summary.share_lines(self.scene, width)

    def _summary_lines(self, width: int, height: int) -> Sequence[Line]:
        if self.spans.run is None:
            return []
        return [BLANK, run_summary.summary_line(self.scene, width, self._notes())]

    def _notes(self) -> list[Span]:
        if isinstance(self.facts, RunFacts) and self.facts.is_cut:
            return [(f"older spans are left out: {self.spans.count:,} shown", "doubt")]
        return []

    def _skews(self) -> list[Span]:
        skewed = self.spans.skewed
        noun = "clock" if skewed == 1 else "clocks"
        return [(f"{self.view.glyphs.alarm} {skewed:,} skewed {noun}", "doubt")] if skewed else []

    def _detail_lines(self, width: int, height: int) -> Sequence[Line]:
        return detail_lines(self._selected(), self._detail, width, height, self.scene)

    def _empty_lines(self, width: int, height: int) -> Sequence[Line]:
        facts = self.facts
        if not isinstance(facts, RunFacts):
            return []
        said = [self._why_empty(facts), *facts.lacks]
        lines: list[Line] = [BLANK] if height > 12 else []
        for number, text in enumerate(said):
            token = "bright bold" if number == 0 else "muted"
            lines += [Line(((" " * 3, ""), (line, token))) for line in parts.wrap(text, width - 6)]
        keys = parts.keys([("1", "fleet"), ("3", "stream"), ("0", "sources")])
        return [*lines, BLANK, Line(((" " * 3, ""), *keys))]

    def _why_empty(self, facts: RunFacts) -> str:
        if facts.run is None and not facts.known.run_id:
            return "no run has been recorded yet"
        run_id = parts.cut(facts.known.run_id, 40, self.view.glyphs)
        if facts.run is None:
            return f"there is no run {run_id} in this file"
        if facts.run.is_over:
            return f"run {run_id} is over and has no spans"
        began = facts.run.start
        ago = numbers.duration(self.view.now - began) if began != float("inf") else ""
        return f"run {run_id} has no spans yet" + (f" (created {ago} ago)" if ago else "")

    def say(self, *spans: Span) -> None:
        """A message stands for a while before the shares come back."""
        super().say(*spans)
        self._said_until = self.view.now + MESSAGE_SECONDS

    def _say_shares(self) -> None:
        """Where the time went stands in the message line where it has no bar of its own."""
        if self.prompt.is_busy or self.view.now < self._said_until:
            return
        spans: list[Span] = []
        if self._loading() and not self.has_class("-tall"):
            spans = [("loading ", "muted"), (self._loading(), "ink")]
        elif self.spans.count and not self.has_class("-tall"):
            shares = self.spans.shares(self.view.now)
            spans = run_summary.share_spans(shares, self.scene)
            for note in [*self._skews(), *self._notes()]:
                if width_of([*spans, note]) + 5 <= self.size.width:
                    spans += [("   ", ""), note]
        self.prompt.say(spans)

    # Keys

    @on(LineView.Moved, "#run-list")
    def _moved(self, event: LineView.Moved) -> None:
        event.stop()
        self.query_one("#run-detail", Pane).update()
        if self._settle is not None:
            self._settle.stop()
        row = self._selected()
        if row is not None and row.span is not None:
            self._settle = self.set_timer(SETTLE_SECONDS, self.app.look_soon)

    def open_row(self, key: str, row: SpanRow) -> None:
        """A span opens in its agent's stream, the run in that of all agents."""
        if row.span is not None and row.span.agent_id:
            self.app.visit(
                "stream", agent_id=row.span.agent_id, run_id=self._run_id, at=row.span.id
            )
        elif row.node.agent is not None:
            self.app.visit("stream", agent_id=row.node.agent.id, run_id=self._run_id)
        elif row.is_run or row.span is not None:
            self.app.visit("stream", run_id=self._run_id)

    def action_review(self) -> None:
        """Opens the review of the selected gate, or of the oldest one open under this row."""
        gate = self._gate_here()
        if gate is None:
            self.say(("no gate is open here", "muted"))
        else:
            self.app.visit("review", id=gate.id)

    def _gate_here(self) -> RunSpan | None:
        row = self._selected()
        if row is None:
            return None
        if row.span is not None and row.span.kind == "gate":
            return row.span
        below = {node.key for node in walk(row.node)}
        gates = self.spans.gates_open(self.view.now)
        return next((gate for gate in gates if self.spans.node_of(gate).key in below), None)

    def action_mode(self) -> None:
        """The next way to see the run."""
        row = self._selected()
        self._mode = (self._mode + 1) % len(MODES)
        self._show_rows()
        if row is not None:
            self._go_to_key(row.key if row.step is None else row.node.key)
        self.draw_frame()

    def action_fold(self) -> None:
        """Folds or unfolds the agent of the row; on the run's row all of them."""
        row = self._selected()
        if row is None:
            return
        if row.is_run:
            nodes = list(self.spans.nodes.values())
            self._set_folds(nodes, not all(self._folds_now(node) for node in nodes))
        else:
            self._set_folds([row.node], not self._folds_now(row.node))
        self._list.select("run" if row.is_run else row.node.key)

    def action_shut(self) -> None:
        """Folds an unfolded agent; from a span, or a folded agent, to what it is under."""
        row = self._selected()
        if row is None:
            return
        is_agent = row.span is None and row.step is None and row.node.agent is not None
        if is_agent and not self._folds_now(row.node):
            self._set_folds([row.node], True)
            self._list.select(row.node.key)
        elif is_agent:
            self._list.select(row.node.parent.key if row.node.parent is not None else "run")
        else:
            self._list.select(row.node.key)

    def action_unfold(self) -> None:
        """Unfolds a folded agent; from an unfolded one, to the first thing in it."""
        row = self._selected()
        if row is None or row.span is not None or row.step is not None:
            return
        if self._folds_now(row.node):
            self._set_folds([row.node], False)
        else:
            self._list.action_down()

    def _folds_now(self, node: Node) -> bool:
        if MODES[self._mode] == "shape":
            return self._is_shape_folded(node)
        return self._is_folded(node)

    def _set_folds(self, nodes: Sequence[Node], is_folded: bool) -> None:
        prefix = "shape " if MODES[self._mode] == "shape" else ""
        self._folds |= {f"{prefix}{node.key}": is_folded for node in nodes}
        self._show_rows()

    def action_sibling(self, direction: int) -> None:
        """The next row under the same parent, or the one before."""
        rows = self._list.rows
        found: int | None = None
        if isinstance(rows, SpanRows) and self._list.cursor >= 0:
            found = rows.sibling(self._list.cursor, direction)
        elif self._list.cursor >= 0:
            found = _sibling(rows, self._list.cursor, direction)
        if found is not None:
            self._list.select(rows[found].key)

    def action_agent(self, direction: int) -> None:
        """The agent below, or above."""
        rows, at = self._list.rows, self._list.cursor
        found: int | None = None
        if isinstance(rows, SpanRows) and at >= 0:
            found = rows.agent(at, direction)
        elif at >= 0:
            steps = range(at + direction, len(rows) if direction > 0 else -1, direction)
            found = next((index for index in steps if rows[index].step is None), None)
        if found is not None:
            self._list.select(rows[found].key)

    def action_next_failed(self) -> None:
        """The next failed span in the order of the tree, from the top again at the end."""
        row = self._selected()
        found = self._failed_after(row) if row is not None else None
        if found is None:
            self.say(("nothing failed in this run", "muted"))
        else:
            self._go_to_key(found)

    def _failed_after(self, row: SpanRow) -> str | None:
        nodes = [*walk(self.spans.root), *walk(self.spans.orphans)]
        here = next((at for at, node in enumerate(nodes) if node is row.node), 0)
        if row.span is not None:
            later = [span for span in row.node.failed if span > row.span]
        else:
            later = row.node.failed
        if later and MODES[self._mode] in ("waterfall", "tree"):
            return later[0].key
        for node in [*nodes[here + 1 :], *nodes[: here + 1]]:
            if node.agent is not None and node.agent.status == "failed" and node is not row.node:
                return node.key
            if node.failed:
                return node.failed[0].key
        return None

    def action_go_to(self) -> None:
        """Asks for a time and brings the cursor to the span that was going on then."""
        self.prompt.ask(Asked("@", submitted=self._go_to_time))

    def _go_to_time(self, text: str) -> None:
        moment = self._moment(text.strip())
        found = self.spans.at_moment(moment, self.view.now) if moment is not None else None
        if moment is None:
            self.say(("that is no time", "bad"), ("   14:01:58, -5m, or +2m into the run", "muted"))
        elif found is None:
            self.say(("nothing was going on then, or later", "muted"))
        else:
            self._go_to_key(found.key)

    def _moment(self, text: str) -> float | None:
        if text.startswith("+"):
            into = times.duration(text[1:])
            return None if into is None else self.spans.extent(self.view.now)[0] + into
        offset = time.localtime(self.view.now).tm_gmtoff
        return times.moment(text, self.view.now, offset) if text else None

    # Filter

    def apply_filter(self, text: str) -> Sequence[Span]:
        """Shows only spans that match; the count comes when all of them were looked at."""
        self.filter = parse(text, self.filter_fields)
        self.filter_text = text.strip()
        self._matches = self._new_matches()
        if self._matches is None:
            self.workers.cancel_group(self, "matches")
            self._show_rows()
            return [(f"{self.spans.count:,} spans", "muted")]
        self.run_worker(self._match_all(self._matches), group="matches", exclusive=True)
        return [("looking", "muted")]

    def _new_matches(self) -> Matches | None:
        return Matches(self.filter, self.spans) if self.filter else None

    async def _match_all(self, matches: Matches) -> None:
        """Looks through the spans with pauses for keys, then shows what matches."""
        for _ in matches.take_all(self.view.now):
            await asyncio.sleep(0)
            if matches is not self._matches:
                return
        self._show_rows()
        said = f"{matches.count:,} of {self.spans.count:,} match"
        self.prompt.say([(said, "muted" if matches.count else "you")])
        self._said_until = self.view.now + MESSAGE_SECONDS

    # Taking away

    def copy_choices(self) -> Sequence[CopyChoice]:
        """The row's id and name, why it is as it is, and the command that shows the run."""
        row, run = self._selected(), self.spans.run
        if row is None or run is None:
            return ()
        agent = row.node.agent
        if row.span is not None:
            found, name, why = row.span.id, row.span.name, row.span.note
            why = why or f"{_RELATIONS[row.span.kind]} {row.span.id}: {row.span.status}"
        elif agent is not None:
            found, name = agent.id, agent.name
            why = agent.note or f"agent {agent.id}: {agent.status}"
        else:
            found, name, why = run.id, run.title, run.note or f"run {run.id}: {run.status}"
        link = f"vedette prompts --filter run:{run.id} --db {self.app.path}"
        return (
            CopyChoice("i", "id", found),
            CopyChoice("n", "name", name),
            CopyChoice("w", "why", why),
            CopyChoice("l", "link", link),
        )

    def export_rows(self) -> Sequence[Mapping[str, Any]]:
        """The spans in view; agents that are folded are one row."""
        horizon = self.spans.horizon(self.view.now)
        rows: list[Mapping[str, Any]] = []
        for row in self._list.rows:
            if row.span is not None:
                facts = dict(facts_of(row.span, row.node, horizon))
                rows.append(facts | {"began": _text(row.span.start), "ended": _text(row.span.end)})
        return rows or [self._export_row(row) for row in self._list.rows]

    def _export_row(self, row: SpanRow) -> Mapping[str, Any]:
        agent = row.node.agent
        return {
            "agent": agent.name if agent is not None else None,
            "state": state_of(row, self.scene),
            "step": row.step.name if row.step is not None else None,
            "count": row.step.count if row.step is not None else None,
            "cost": agent.cost_usd if agent is not None else run_cost(self.spans),
        }


_RELATIONS = {"gate": "approval", "llm": "prompt", "tool": "tool_call"}


def _key(row: SpanRow) -> str:
    return row.key


def _text(moment: float | None) -> str | None:
    try:
        return times.text(moment) if moment is not None else None
    except (OverflowError, ValueError):
        return None


def _sibling(rows: Sequence[SpanRow], at: int, direction: int) -> int | None:
    depth = len(rows[at].lasts)
    at += direction
    while 0 <= at < len(rows) and len(rows[at].lasts) >= depth:
        if len(rows[at].lasts) == depth:
            return at
        at += direction
    return None
