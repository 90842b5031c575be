"""The gates that wait and those that are over; a list that opens reviews and decides nothing."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.message import Message
from textual.timer import Timer

from ...data.approvals import (
    ApprovalsFacts,
    GateRow,
    ReviewFacts,
    Which,
    read_approvals,
    read_review,
    shape,
)
from ...data.blast import Blast, read_blast
from ...data.consent import Intent
from ...data.decisions import decide
from ...data.document import Document
from ...data.errors import VedetteError
from ...data.filters import Facts, Kind
from ...data.headline import MOST
from ...data.payload import parse
from ...data.rows import Signature
from ...data.source import Question, Source
from ...data.suggestions import Suggestion, alike_of, read_suggestions
from .. import bulk, numbers, parts
from ..bulk import Bulk, Candidate
from ..drawing import approvals as drawing
from ..drawing import bulk as bulk_drawing
from ..drawing.approvals import ListRow
from ..drawing.bulk import BulkRow
from ..line import BLANK, Line, Span
from ..widgets.lines import LineView
from ..widgets.pane import Pane
from ..widgets.telling import TellingView
from .base import ConsoleScreen, CopyChoice

ORDER: tuple[Which, ...] = ("open", "all", "closed")
SAME_ENOUGH = 5
"""Gates of one shape that must have been approved before a rule is proposed."""

HOLD_TICK = 0.1
"""Seconds between two looks at a running hold."""

_HISTORY_MOST = 60
_PREVIEW_WIDTH = 200
_ID = 1
"""Where the id stands in a row of `approvals/pending`."""


class Seen(NamedTuple):
    """What one look brings."""

    gates: ApprovalsFacts
    overdue: frozenset[str]
    """Gates that nobody answered in time and that their agent has not closed yet."""
    answers: Mapping[str, Signature]
    """The last answer to each gate of the history."""
    review: ReviewFacts | None
    """The gate under the cursor."""
    document: Document | None
    blast: Blast | None
    together: Mapping[str, ReviewFacts | None]
    """The gates of the page that is reviewed together."""
    suggestions: tuple[Suggestion, ...] = ()
    """Rules that would have covered gates which are over; looked for where those are shown."""


class ApprovalsScreen(ConsoleScreen):
    """What waits for an answer?"""

    CSS_PATH = "approvals.tcss"
    name_ = "approvals"
    number = "6"
    footer = ("mark", "bulk", "history", "which")
    filter_fields: ClassVar[Mapping[str, Kind]] = {
        "id": Kind.TEXT,
        "risk": Kind.TEXT,
        "state": Kind.TEXT,
        "title": Kind.TEXT,
        "run": Kind.TEXT,
        "agent": Kind.TEXT,
        "by": Kind.TEXT,
        "age": Kind.DURATION,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "open", "review"),
        Binding("B", "bulk", "bulk review"),
        Binding("H", "history", "history"),
        Binding("o", "which", "open/all/closed"),
        Binding("ctrl+r", "sort_anew", "look now, and sort anew"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.which: Which = "open"
        self.is_history = False
        self._order: list[str] = []
        """Gates in the places they have on the screen."""
        self._known: dict[str, GateRow] = {}
        self._late: set[str] = set()
        """Gates that came after the list was sorted."""
        self.bulk: Bulk | None = None
        """Gates reviewed together, while they are."""
        self._together: tuple[str, ...] = ()
        """Gates asked for, to be reviewed together."""
        self._hold_timer: Timer | None = None

    # Asking and showing

    def enter(self, **where: Any) -> None:
        """Coming back sorts anew."""
        self._forget_places()
        self._leave_page()

    def question(self) -> Question[Any]:
        """The gates, and the whole of the one under the cursor."""
        wanted, known = self._cursor_key(), self.facts
        is_history, together = self.is_history, self._together
        looks_back = is_history or self.which != "open" or self._same_before() > 0

        def read(source: Source, now: float) -> Seen:
            gates = read_approvals(source, now, "all")
            pending = {row[_ID] for row in source.raw("approvals/pending", limit=MOST)}
            overdue = frozenset(
                row.id for row in gates.rows if not row.is_open and row.id in pending
            )
            chosen = wanted or next((row.id for row in gates.rows), "")
            review = read_review(source, chosen, now) if chosen else None
            answers = _answers(source, gates) if is_history else {}
            laid_out = _laid_out(review, known)
            each = {key: read_review(source, key, now) for key in together}
            over = [row for row in gates.rows if not row.is_open] if looks_back else []
            rules = read_suggestions(source, over) if over else ()
            return Seen(gates, overdue, answers, review, *laid_out, each, rules)

        return read

    def show(self, facts: Seen) -> None:
        """Every gate keeps its place; new ones stand below."""
        self._keep_places(facts)
        self._show_rows()
        self._show_together(facts)

    def compose_body(self) -> ComposeResult:
        """Heads and list, and the pane."""
        with Container(id="approvals-panes"):
            with Vertical(id="approvals-left"):
                yield Pane(self._heads, id="approvals-head")
                yield LineView(self._draw_row, _key, id="approvals-list", can_mark=True)
            yield Pane(self._preview, id="approvals-preview", ground="ground-panel")
        with Vertical(id="bulk-page"):
            yield TellingView(self._draw_bulk_row, _bulk_key, id="bulk-list")
            yield Pane(self._bulk_bar, id="bulk-bar", ground="ground-panel")

    def on_mount(self) -> None:
        """The list has the keyboard."""
        self._list.focus()

    def on_resize(self) -> None:
        """One line a gate, or two."""
        self.call_after_refresh(self._show_rows)

    def second(self) -> None:
        """Times left move."""
        super().second()
        self._list.redraw()
        if self.bulk is not None:
            self.bulk.freshness(self.app.freshness.is_live)
            self._note_seen()
            self._draw_bulk()

    def on_screen_suspend(self) -> None:
        """Nobody can undo what is out of sight."""
        if self.bulk is not None and self.bulk.is_held:
            self.bulk.key("u", self.app.clock())
            self._draw_bulk()

    # Frame

    def identity(self) -> Sequence[Sequence[Span]]:
        """How many wait, the oldest, how long an answer takes."""
        facts = self._gates
        if facts is None:
            return [[("approvals  ", "bright bold"), ("reading", "muted")]]
        groups: list[list[Span]] = [
            [("approvals", "bright bold")],
            [(numbers.count(facts.pending), "bright bold"), (" pending", "muted")],
        ]
        late = sum(row.is_overdue for row in facts.rows)
        for count, word in ((late, "overdue"), (facts.overdue - late, "expired")):
            if count:
                groups.append([(numbers.count(count), "bright bold"), (f" {word}", "muted")])
        if facts.oldest is not None:
            oldest = numbers.age(self.view.now - facts.oldest, self.view.glyphs)
            groups.append([("oldest ", "muted"), (oldest, "ink")])
        if facts.median_s is not None and self.size.width >= 100:
            median = numbers.age(facts.median_s, self.view.glyphs)
            groups.append([("median ", "muted"), (median, "ink")])
        return groups

    def _keys(self) -> list[tuple[str, str]]:
        """`enter` first: it is how a gate is decided; shorter words where there is less room."""
        if self.bulk is not None:
            return self._page_keys(self.bulk)
        # `o` names the one it leads to.
        following = ORDER[(ORDER.index(self.which) + 1) % len(ORDER)]
        short = {"bulk review": "bulk", "open/all/closed": following}
        short = short if self.size.width < 100 else {}
        return [
            ("enter", "review"),
            *((key, short.get(word, word)) for key, word in super()._keys()),
        ]

    def _page_keys(self, page: Bulk) -> list[tuple[str, str]]:
        if page.is_held:
            return [("u", "undo")]
        answer = [] if page.is_over else [("a", f"approve {len(page.ticked)}")]
        return [("space", "tick"), *answer, ("pgdn", "next page"), ("esc", "back")]

    def crumbs(self) -> Sequence[str]:
        """Approvals, and which of them."""
        if self.bulk is not None:
            return ("Approvals", "reviewed together")
        if self.is_history:
            return ("Approvals", "history")
        return ("Approvals", {"open": "pending", "all": "all", "closed": "closed"}[self.which])

    def crumb_values(self) -> Sequence[tuple[str, str]]:
        """The filter, and the order."""
        sort = "latest" if self.is_history or self.which == "closed" else "expiry"
        return (("filter", self.filter_text or "none"), ("sort", sort))

    def is_counting(self) -> bool:
        """Whether a gate in the list still waits."""
        return any(row.is_open for row in self._known.values())

    # Rows

    @property
    def _gates(self) -> ApprovalsFacts | None:
        return self.facts.gates if self.facts is not None else None

    @property
    def _list(self) -> LineView[ListRow]:
        return self.query_one("#approvals-list", LineView)

    def _cursor_key(self) -> str:
        return self._list.cursor_key if self.is_attached and self.query("#approvals-list") else ""

    def _selected(self) -> GateRow | None:
        row = self._list.selected
        return row.gate if row is not None else None

    def _forget_places(self) -> None:
        self._order, self._known, self._late = [], {}, set()

    def _keep_places(self, facts: Seen) -> None:
        """Those on the screen stay where they are, as they are now; the others follow."""
        now = {row.id: row for row in facts.gates.rows}
        self._forget_absent(now, has_all=not facts.gates.more)
        wanted = [row.id for row in facts.gates.rows if self._is_wanted(row, facts.overdue)]
        is_first = not self._order
        self._known = {key: now.get(key, row) for key, row in self._known.items()}
        for key in wanted:
            if key not in self._known:
                self._order.append(key)
                self._known[key] = now[key]
                if not is_first:
                    self._late.add(key)

    def _forget_absent(self, now: Mapping[str, GateRow], *, has_all: bool) -> None:
        """What the file does not hold any more was of another one that stood in its place."""
        self._known = {
            key: row
            for key, row in self._known.items()
            if key in now or not (has_all or row.is_open)
        }
        self._order = [key for key in self._order if key in self._known]

    def _is_wanted(self, row: GateRow, overdue: frozenset[str]) -> bool:
        if self.is_history:
            return not row.is_open
        if self.which == "open":
            return row.is_open or row.id in overdue
        return self.which == "all" or not row.is_open

    def _matching(self) -> list[GateRow]:
        rows = [self._known[key] for key in self._order]
        return [row for row in rows if not self.filter or self.filter.matches(self._facts_of(row))]

    def _show_rows(self) -> None:
        if not self.is_attached or self.facts is None or not self.query("#approvals-list"):
            return
        is_tall = self._is_tall()
        self.query_one("#approvals-preview").display = bool(self._matching())
        self._list.rows = drawing.rows(self._matching(), self._tail(is_tall), is_tall=is_tall)
        self._draw_panes()

    def _is_tall(self) -> bool:
        return self.size.height >= 36 and not self.is_history

    def _tail(self, is_tall: bool) -> list[Line]:
        """What stands below the gates."""
        facts: Seen = self.facts
        if not self._matching():
            if self.filter:
                return [BLANK, Line((("   no gate matches the filter", "muted"),))]
            return [BLANK, *drawing.empty_lines(facts.gates, self._which(), self.view)]
        lines: list[Line] = []
        if self.which == "open" and not self.is_history:
            lines += [BLANK, drawing.cannot_decide(is_tall=is_tall)]
            if is_tall and facts.gates.decided_today:
                width, actor = self._list.size.width, self.app.settings.actor
                today = facts.gates.decided_today[:10]
                lines += [BLANK, BLANK]
                lines += drawing.decided_today(today, width, self.view, actor)
        if is_tall and (count := self._same_before()):
            lines += [BLANK, drawing.rule_line(count, has_rule=self._rule() is not None)]
        return lines

    def _rule(self) -> Suggestion | None:
        """The rule that would have covered the selected gate, if one is suggested."""
        review = self.facts.review if self.facts is not None else None
        if review is None or not self.facts.suggestions:
            return None
        alike = alike_of(review.gate.payload)
        return next((each for each in self.facts.suggestions if each.alike == alike), None)

    def _which(self) -> str:
        return "closed" if self.is_history else self.which

    def _same_before(self) -> int:
        """How many gates like the selected one were approved, if every one was."""
        review = self.facts.review if self.facts is not None else None
        if review is None or len(review.alike) < SAME_ENOUGH:
            return 0
        is_same = all(row.status == "approved" for row in review.alike)
        return len(review.alike) if is_same else 0

    def _facts_of(self, row: GateRow) -> Facts:
        return {
            "id": row.id,
            "risk": row.risk,
            "state": row.status,
            "title": row.title,
            "run": (row.run_id, row.run),
            "agent": (row.agent_id, row.agent),
            "by": row.decided_by,
            "age": self.view.now - row.asked if row.asked is not None else None,
        }

    def filter_facts(self) -> Sequence[Facts]:
        """Every gate of the list."""
        return [self._facts_of(row) for row in self._known.values()]

    def filter_changed(self) -> None:
        """Shows what matches."""
        self._show_rows()

    # Drawing

    def _heads(self, width: int, height: int) -> Sequence[Line]:
        if self.is_history:
            return [drawing.history_head(width)]
        return [drawing.head(width, self.which, is_tall=self._is_tall())]

    def _draw_row(self, row: ListRow, width: int) -> Line:
        actor = self.app.settings.actor
        if self.is_history and row.gate is not None:
            return drawing.history_line(row.gate, self.facts.answers, width, self.view, actor)
        return drawing.row_line(
            row,
            width,
            self.view,
            is_tall=self._is_tall(),
            is_selected=row.key == self._cursor_key(),
            actor=actor,
        )

    def _draw_panes(self) -> None:
        self.query_one("#approvals-head", Pane).update()
        self.query_one("#approvals-preview", Pane).update()
        if not self.prompt.is_busy:
            self.say(*self._waiting_below())

    def _waiting_below(self) -> list[Span]:
        """New gates stand at the end until the list is sorted anew."""
        if late := len(self._late & set(self._order)):
            return [
                (f"+{late} below", "you bold"),
                ("   ctrl+r", "bright bold"),
                (" sorts them in", "muted"),
            ]
        if (self.is_history or self.which != "open") and self.facts and self.facts.suggestions:
            return drawing.suggested(self.facts.suggestions)
        below = self._list.below
        return parts.more_below(below, self.view.glyphs) if below else []

    def _preview(self, width: int, height: int) -> Sequence[Line]:
        facts: Seen | None = self.facts
        if facts is None or facts.review is None or facts.document is None or facts.blast is None:
            return ()
        if facts.review.gate.id != self._cursor_key():
            return ()
        actor = self.app.settings.actor
        return drawing.preview(
            facts.review,
            facts.document,
            facts.blast,
            width,
            height,
            self.view,
            actor,
            rule=self._rule(),
        )

    # Keys

    @on(LineView.Moved, "#approvals-list")
    def _moved(self, event: LineView.Moved) -> None:
        event.stop()
        self._draw_panes()
        self.app.look_soon()

    def open_row(self, key: str, row: Any) -> None:
        """The review, where deciding happens."""
        self.app.visit("review", id=key)

    def action_open(self) -> None:
        """Opens the review of the selected gate; the list itself decides nothing."""
        if key := self._cursor_key():
            self.app.visit("review", id=key)
        else:
            self.say(("no gate is selected", "muted"))

    def action_which(self) -> None:
        """Open gates, all, or those that are over."""
        self.which = ORDER[(ORDER.index(self.which) + 1) % len(ORDER)]
        self.is_history = False
        self._anew()

    def action_history(self) -> None:
        """Who decided what, how long it was on their screen, and what came of it."""
        self.is_history = not self.is_history
        self._anew()

    def _anew(self) -> None:
        self._forget_places()
        if self.facts is not None:
            self.show(self.facts)
        self.draw_frame()
        self.app.look_soon()

    async def action_sort_anew(self) -> None:
        """Looks now, and puts every gate where it belongs."""
        self._forget_places()
        if self.facts is not None:
            self.show(self.facts)
        await self.app.action_look_now()

    # Several together

    def action_bulk(self) -> None:
        """Opens the gates like the selected one on one page, if their risk is low."""
        if self.app.settings.read_only:
            self.say(("deciding is off: this console only reads", "muted"))
            return
        selected = self._selected()
        marked = self._list.marks
        gates = [gate for gate in self._known.values() if not marked or gate.id in marked]
        chosen = bulk.alike(selected, gates) if selected is not None else []
        if why := bulk.why_not(selected, chosen):
            self.say((why, "muted"))
            return
        self._together = tuple(gate.id for gate in chosen)
        self.app.look_soon()

    def _show_together(self, facts: Seen) -> None:
        """Opens the page when its payloads were read; afterwards tells it what moved."""
        if not self._together:
            return
        now = self.app.clock()
        if self.bulk is not None:
            self.bulk.changed(facts.together, now)
        elif set(facts.together) == set(self._together):
            width = max(20, self.size.width - 6)
            read = [each for each in facts.together.values() if each is not None]
            page = [Candidate(each, parse(each.gate.payload, width)) for each in read]
            settings = self.app.settings
            self.bulk = Bulk(page, settings.terms, settings.actor, now, settings.apis)
            self.set_timer(self.bulk.terms.dead, self._note_seen)
            self._turn_page()
        self._draw_bulk()

    def _leave_page(self) -> None:
        was_open, self.bulk, self._together = self.bulk is not None, None, ()
        if was_open and self.is_attached:
            self._turn_page()

    def _turn_page(self) -> None:
        """Shows the page of those together, or the list again."""
        page = self.bulk
        self.query_one("#bulk-page").display = page is not None
        self.query_one("#approvals-panes").display = page is None
        if page is None:
            self._list.focus()
        else:
            excluded = [
                gate
                for gate in self._known.values()
                if gate.is_open and gate.id not in page.reviews
            ]
            self._bulk_list.rows = bulk_drawing.rows(page.candidates, excluded)
            self._bulk_list.show_row(0)
            self._bulk_list.focus()
        self.draw_frame()

    @property
    def _bulk_list(self) -> TellingView[BulkRow]:
        return self.query_one("#bulk-list", TellingView)

    def _draw_bulk_row(self, row: BulkRow, width: int) -> Line:
        if self.bulk is None:
            return BLANK
        return bulk_drawing.row_line(row, self.bulk, width, self.view)

    def _bulk_bar(self, width: int, height: int) -> Sequence[Line]:
        if self.bulk is None:
            return ()
        return bulk_drawing.bar_lines(self.bulk, width, self.app.clock(), self.view)

    def _draw_bulk(self) -> None:
        if self.bulk is None:
            return
        self._bulk_list.redraw()
        self._after_bulk()

    def _after_bulk(self) -> None:
        if self.bulk is None:
            return
        self.query_one("#bulk-bar", Pane).update()
        if not self.prompt.is_busy:
            message = self.bulk.message
            self.say(*([(message, "you bold")] if message else []))
        self.draw_frame()
        is_held = self.bulk.is_held
        if is_held and self._hold_timer is None:
            self._hold_timer = self.set_interval(HOLD_TICK, self._tick)
        elif not is_held and self._hold_timer is not None:
            self._hold_timer.stop()
            self._hold_timer = None

    @on(TellingView.Shown)
    def _shown(self, event: TellingView.Shown) -> None:
        event.stop()
        self.call_after_refresh(self._note_seen)

    def _note_seen(self) -> None:
        """Lines count once they are painted, and not before keys are heard."""
        page = self.bulk
        if page is None or self.app.screen is not self or self.app.clock() < page.readable_from:
            return
        before = page.to_go
        for index in self._bulk_list.visible_rows:
            row = self._bulk_list.rows[index]
            if row.at >= 0:
                page.reviews[row.key].lines_seen([(row.at, row.at + 1)])
        if page.to_go != before:
            self._draw_bulk()

    @property
    def is_asking(self) -> bool:
        """Also while a hold has the keys."""
        return super().is_asking or (self.bulk is not None and self.bulk.is_held)

    def on_key(self, event: events.Key) -> None:
        """On the page of several, the keys that decide; `esc` goes back to the list."""
        page = self.bulk
        if page is None or self.prompt.is_busy:
            return
        is_taken = page.key(event.key, self.app.clock())
        if not is_taken and event.key == "space":
            page.toggle(self._bulk_list.cursor_key)
            is_taken = True
        elif not is_taken and event.key in ("escape", "backspace", "q"):
            self._leave_page()
            is_taken = True
        if is_taken:
            event.stop()
            event.prevent_default()
            self._draw_bulk()

    def on_paste(self, event: events.Paste) -> None:
        """A paste decides nothing."""
        event.stop()
        event.prevent_default()
        self.say(("a paste is refused here: type it", "you bold"))

    def _tick(self) -> None:
        page = self.bulk
        if page is None:
            return
        page.freshness(self.app.freshness.is_live)
        if intents := page.tick(self.app.clock()):
            self.run_worker(partial(self._write, page, intents), thread=True, group="decide")
        self._after_bulk()

    class Answered(Message):
        """What came of one of several gates."""

        def __init__(self, page: Bulk, gate_id: str, words: str) -> None:
            super().__init__()
            self.page = page
            self.gate_id = gate_id
            self.words = words

    def _write(self, page: Bulk, intents: Sequence[Intent]) -> None:
        """Writes each decision by itself, away from the keys."""
        app = self.app
        for intent in intents:
            try:
                done = decide(
                    self.source.path,
                    **intent._asdict(),
                    actor=app.settings.actor,
                    now=app.clock(),
                    addresses=lambda: app.settings.apis,
                )
                word = "sent, not confirmed" if done.status == "sent" else done.outcome
                words = f"{word} {numbers.time_of_day(done.decided_at)}"
            except VedetteError as error:
                words = error.title
            self.post_message(self.Answered(page, intent.approval_id, words))

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        event.stop()
        event.page.answered(event.gate_id, event.words)
        self._draw_bulk()
        self.app.look_soon()

    # Taking away

    def copy_choices(self) -> Sequence[CopyChoice]:
        """The gate's id and title, the command that shows it, and the shape a rule would have."""
        gate = self._selected()
        if gate is None:
            return ()
        choices = [
            CopyChoice("i", "id", gate.id),
            CopyChoice("t", "title", gate.title),
            CopyChoice(
                "l", "link", f"vedette approvals --filter id:{gate.id} --db {self.app.path}"
            ),
        ]
        if (rule := self._rule()) is not None:
            choices.append(CopyChoice("r", "rule", rule.text))
        elif self._same_before():
            kind, title = shape(gate.kind, gate.title)
            choices.append(CopyChoice("r", "shape for a rule", f"{kind}: {title}"))
        if self.facts.suggestions:
            choices.append(CopyChoice("R", "all rules", self.pager_text()))
        return choices

    def pager_text(self) -> str:
        """Every suggested rule, to be read whole and pasted or not."""
        rules = self.facts.suggestions if self.facts is not None else ()
        return "\n".join(each.text for each in rules)

    def export_rows(self) -> Sequence[Mapping[str, Any]]:
        """The gates of the list."""
        return [row._asdict() for row in self._matching()]


def _laid_out(
    review: ReviewFacts | None, known: Seen | None
) -> tuple[Document | None, Blast | None]:
    """The payload of the gate under the cursor; laid out once."""
    if review is None:
        return None, None
    payload = review.gate.payload
    if known is not None and known.document is not None and known.document.text == payload:
        return known.document, known.blast
    return parse(payload, _PREVIEW_WIDTH), read_blast(payload)


def _answers(source: Source, gates: ApprovalsFacts) -> dict[str, Signature]:
    """The last answer to each closed gate; one that is over is asked for once."""
    memo: dict[str, Signature | None] = source.memo.setdefault("approvals", {})
    for row in [row for row in gates.rows if not row.is_open][:_HISTORY_MOST]:
        if row.id not in memo:
            found = source.all("approvals/signatures", Signature, id=row.id, limit=MOST)
            memo[row.id] = found[-1] if found else None
    return {key: answer for key, answer in memo.items() if answer is not None}


def _key(row: ListRow) -> str:
    return row.key


def _bulk_key(row: BulkRow) -> str:
    return row.key
