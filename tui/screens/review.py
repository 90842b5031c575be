"""One gate, full screen: the whole payload to be read, and the only place where it is decided."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from ...data import consent, diffing
from ...data.approvals import ReviewFacts, read_review
from ...data.blast import Blast, read_blast
from ...data.decisions import Decision, decide
from ...data.document import Document, Lines, Section, carry_seen
from ...data.errors import UsageError, VedetteError
from ...data.payload import parse
from ...data.source import Question, Source
from .. import numbers, parts
from ..drawing import decide_bar
from ..drawing import review as drawing
from ..drawing import review_pages as pages
from ..drawing.review import Place
from ..frame import OneLine, fault_line, freshness_spans
from ..line import BLANK, Line, Span, spread, width_of
from ..widgets.lines import LineView
from ..widgets.pane import Pane
from ..widgets.payload_view import Numbered, PayloadView, SectionRows
from ..widgets.prompt import Prompt
from ..widgets.telling import TellingView
from .base import ConsoleScreen, CopyChoice

DIFF, WHY, BLAST, BEFORE, RAW = 1, 2, 3, 4, 5
HOLD_TICK = 0.1
"""Seconds between two looks at a running hold; nothing ticks so fast outside of one."""

_PANEL = "ground-panel"
_REASON_MOST = 2000
_TYPING = ("confirm", "note", "reason", "hold")
"""Steps in which every key is the review's own."""


class Reading(NamedTuple):
    """What one look brings: the gate and its payload laid out; no facts: there is no such gate."""

    gate_id: str
    facts: ReviewFacts | None
    document: Document | None
    blast: Blast | None


class PanelPrompt(Prompt):
    """The message line as a part of the decide bar."""

    def compose(self) -> ComposeResult:
        """As every message line, on the bar's ground."""
        yield OneLine(id="prompt-label", ground=_PANEL)
        yield Input(id="prompt-field", compact=True, select_on_focus=False)
        yield OneLine(id="prompt-side", ground=_PANEL)


class ReviewScreen(ConsoleScreen):
    """What would it do, and shall it?"""

    CSS_PATH = "review.tcss"
    name_ = "review"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", f"tab({DIFF})", "diff"),
        Binding("2", f"tab({WHY})", "why"),
        Binding("3", f"tab({BLAST})", "blast radius"),
        Binding("4", f"tab({BEFORE})", "like this before"),
        Binding("5", f"tab({RAW})", "raw"),
        Binding("right_square_bracket", "section(1)", "next file"),
        Binding("left_square_bracket", "section(-1)", "file before"),
        # First of all, so that what is typed after them, however fast, is already the reason.
        Binding("a", "approve", "approve", priority=True),
        Binding("A", "approve_note", "approve + note", priority=True),
        Binding("r", "reject", "reject + reason", priority=True),
        Binding("e", "edit", "reject + edit", priority=True),
        Binding("u", "undo", "undo, while it holds", priority=True),
        Binding("D", "difference", "what changed since you read it"),
        Binding("enter", "next_gate", "next gate, once this one is decided"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.gate_id = ""
        self.review: consent.Review | None = None
        """The state machine; None until the gate was read."""
        self.is_ready = False
        """Whether there is something to draw on."""
        self.tab = DIFF
        self.section = 0
        self.compared: Section | None = None
        """What differs from the payload that was read before, while that is shown."""
        self._document: Document | None = None
        self._laid_out: Document | None = None
        self._was_read: tuple[Document, Callable[[int], bool]] | None = None
        """The same gate's payload when it was last open here, and what was seen of it."""
        self._payload_before = ""
        self._blast: Blast | None = None
        self._raw_seen = bytearray()
        self._readable_from = float("inf")
        self._hold_timer: Timer | None = None
        self._said = ("", "")
        self._last: ReviewFacts | None = None
        """The gate as it was last read, for when it is gone."""
        self._unconfirmed: dict[tuple[str, str], str] = {}
        """Answers sent to a server that no row has shown yet, in words, by source and gate."""

    # Where

    def enter(self, **where: Any) -> None:
        """Opens the gate of that id, anew; what was seen of the same payload stays seen."""
        gate_id = str(where.get("id") or self.gate_id)
        self._was_read = None
        if gate_id != self.gate_id:
            self._document = None
        elif self.review is not None and self._laid_out is not None:
            self._was_read = (self._laid_out, self.review.is_seen)
        self._laid_out = None
        self.gate_id, self.facts, self.review, self._last = gate_id, None, None, None
        self._begin()

    def place(self) -> dict[str, Any]:
        """The gate."""
        return {"id": self.gate_id}

    def _begin(self) -> None:
        self.tab, self.section, self.compared = DIFF, 0, None
        self._payload_before, self._said = "", ("", "")
        self._readable_from = float("inf")
        if self.is_ready:
            self._lines.rows = ()
            self._show_tab()

    # Asking and showing

    def question(self) -> Question[Any]:
        """The gate as it stands now; its payload is laid out only when it is another one."""
        gate_id, width, known = self.gate_id, self._code_width(), self._document

        def read(source: Source, now: float) -> Reading:
            facts = read_review(source, gate_id, now)
            if facts is None:
                return Reading(gate_id, None, None, None)
            payload = facts.gate.payload
            if known is not None and known.text == payload and known.width == width:
                return Reading(gate_id, facts, known, None)
            return Reading(gate_id, facts, parse(payload, width), read_blast(payload))

        return read

    def show(self, facts: Reading) -> None:
        """The gate moved, or is read for the first time."""
        # An answer may come while the console is being left, and its widgets are gone first.
        if facts.gate_id != self.gate_id or not self.query("#review-page"):
            return
        now = self.app.clock()
        self._blast = facts.blast or self._blast
        if facts.facts is None:
            if self.review is not None:
                self.review.gate_changed(None, now)
            if self._step == "receipt" and self._last is not None:
                # What was answered is gone from the file: it stays on the screen with its receipt.
                self.facts = facts._replace(facts=self._last)
            self._draw_all()
            return
        self._last = facts.facts
        settings = self.app.settings
        self._tell_gate(facts.facts.as_gate(settings.actor, settings.apis), now)
        if facts.document is not None and facts.document is not self._laid_out:
            self._lay_out(facts.document, now)
        self._draw_all()

    def _tell_gate(self, gate: consent.Gate, now: float) -> None:
        if self.review is not None:
            before = self.review.gate
            self.review.gate_changed(gate, now)
            if (before.risk, before.title, before.needed) != (gate.risk, gate.title, gate.needed):
                self._readable_from = now + self.review.terms.dead
            return
        settings = self.app.settings
        self.review = consent.Review(
            gate,
            settings.terms,
            live=self.app.freshness.is_live,
            may_decide=not settings.read_only,
        )
        self.review.opened(now)
        # Whoever comes back must not take what was sent for what was never sent.
        if gate.status == "pending" and (
            sent := self._unconfirmed.get((self.source.path, self.gate_id))
        ):
            self.review.message = sent

    def _lay_out(self, document: Document, now: float) -> None:
        """Shows a payload, or the same one at another width; keys are dead for a moment."""
        review, before = self.review, self._laid_out
        assert review is not None
        seen: Iterable[int] = ()
        if before is not None and before.text != document.text:
            self._payload_before, self.section, self.compared = before.text, 0, None
        elif before is not None:
            seen = list(carry_seen(before, document, review.is_seen))
        elif self._was_read is not None:
            seen = list(carry_seen(self._was_read[0], document, self._was_read[1]))
        self._document = self._laid_out = document
        review.laid_out(
            review.gate.sha256, [len(section.lines) for section in document.sections], now, seen
        )
        self._raw_seen = bytearray(len(document.raw.lines))
        self._readable_from = now + review.terms.dead
        self.set_timer(review.terms.dead, self._note_seen)
        self.section = min(self.section, len(document.sections) - 1)
        self._show_tab()

    def compose(self) -> ComposeResult:
        """The frame's rows are the gate's own; the decide bar holds the message and the keys."""
        yield OneLine(id="identity")
        yield OneLine(id="needs")
        yield OneLine(id="crumbs")
        with Container(id="body"), Container(id="review-main"):
            with Vertical(id="review-left"):
                yield OneLine(id="review-head")
                with Container(id="review-document"):
                    yield PayloadView(
                        self._draw_line,
                        _no_key,
                        id="review-lines",
                        show_cursor=False,
                        space_pages=True,
                    )
                    yield Pane(self._strip, id="review-strip")
                yield LineView(
                    _as_it_is, _no_key, id="review-page", show_cursor=False, space_pages=True
                )
            yield Pane(self._facts_pane, id="review-facts", ground=_PANEL)
        yield Pane(self._bar, id="review-bar", ground=_PANEL)
        yield PanelPrompt()
        yield OneLine(id="keys", ground=_PANEL)

    def on_mount(self) -> None:
        """The payload has the keyboard."""
        self.is_ready = True
        self._show_tab()

    def on_unmount(self) -> None:
        """Nothing is there to be drawn any more."""
        self.is_ready = False

    def on_resize(self) -> None:
        """Another width: the payload is laid out anew, away from the keys."""
        self.call_after_refresh(self._fit_width)

    def on_screen_suspend(self) -> None:
        """Nobody can undo what is out of sight."""
        if self.review is not None and self.review.step == "hold":
            self.review.key("u", self.app.clock())
            self._after()

    def _fit_width(self) -> None:
        document, width = self._document, self._code_width()
        if document is not None and document.width != width:
            self.run_worker(
                partial(self._parse, self.gate_id, document.text, width),
                thread=True,
                group="layout",
                exclusive=True,
            )
        self._draw_all()

    class LaidOut(Message):
        """A payload was laid out at another width."""

        def __init__(self, gate_id: str, document: Document) -> None:
            super().__init__()
            self.gate_id = gate_id
            self.document = document

    def _parse(self, gate_id: str, text: str, width: int) -> None:
        self.post_message(self.LaidOut(gate_id, parse(text, width)))

    @on(LaidOut)
    def _relaid(self, event: LaidOut) -> None:
        event.stop()
        before = self._laid_out
        if event.gate_id == self.gate_id and before and before.text == event.document.text:
            self._lay_out(event.document, self.app.clock())
            self._draw_all()

    def second(self) -> None:
        """A second passed: freshness, the time left, and lines that stood long enough."""
        if self.review is not None:
            self.review.freshness(self.app.freshness.is_live)
            if self.review.step != "hold":
                self.review.tick(self.app.clock())
            self._note_seen()
        super().second()
        self._after()

    def is_counting(self) -> bool:
        """Whether the gate still waits, or its receipt."""
        review = self._reading
        return review is not None and (review.status == "pending" or self._step == "receipt")

    # What is on hand

    @property
    def _reading(self) -> ReviewFacts | None:
        return self.facts.facts if self.facts is not None else None

    @property
    def _step(self) -> str:
        return self.review.step if self.review is not None else ""

    @property
    def _lines(self) -> PayloadView:
        return self.query_one("#review-lines", PayloadView)

    def _code_width(self) -> int:
        size = self._lines.size.width if self.is_ready else 0
        return drawing.code_width(size or min(79, self.app.size.width - 1))

    def _shown_section(self) -> Section | None:
        document = self._laid_out
        if self.compared is not None:
            return self.compared
        if document is None:
            return None
        return document.raw if self.tab == RAW else document.sections[self.section]

    def _start(self) -> int:
        """Where the shown section begins, counted in the lines that are to be seen."""
        document = self._laid_out
        if document is None or self.tab == RAW or self.compared is not None:
            return 0
        return document.starts[self.section]

    def _is_payload_shown(self) -> bool:
        return self.tab in (DIFF, RAW)

    def _place(self) -> Place:
        document, section = self._laid_out, self._shown_section()
        if document is None or section is None:
            return Place(0, 0, 0)
        is_part = self.tab == DIFF and self.compared is None
        total = document.total if is_part else len(section.lines)
        rows, start = self._lines.visible_rows, self._start()
        return Place(start + rows.start, start + rows.stop, total)

    # What was seen

    @on(TellingView.Shown)
    def _shown(self, event: TellingView.Shown) -> None:
        event.stop()
        if self.is_ready:
            self._draw_head()
            self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        self._note_seen()
        self._lines.noted()

    def _note_seen(self) -> None:
        """Lines count once they are painted, and not before keys are heard."""
        review = self.review
        if review is None or self._laid_out is None or not self._is_on_screen():
            return
        if self.app.clock() < self._readable_from or not self._is_payload_shown():
            return
        if self.compared is not None:
            return
        place = self._place()
        before = self._count_seen(review)
        if self.tab == DIFF:
            review.lines_seen([(place.first, place.end)])
        else:
            self._note_raw(review, place)
        if self._count_seen(review) != before:
            self._lines.redraw()
            self._after()

    def _count_seen(self, review: consent.Review) -> tuple[int, int]:
        assert self._laid_out is not None
        return review.seen_between(0, self._laid_out.total), self._raw_seen.count(1)

    def _note_raw(self, review: consent.Review, place: Place) -> None:
        """The raw text says all there is: whoever has seen the whole of it has seen everything."""
        assert self._laid_out is not None
        self._raw_seen[place.first : place.end] = b"\1" * (place.end - place.first)
        if 0 not in self._raw_seen:
            review.lines_seen([(0, self._laid_out.total)])

    def _is_on_screen(self) -> bool:
        return self.is_ready and self.app.screen is self

    def _is_seen(self, at: int) -> bool:
        if self.compared is not None or self.review is None:
            return False
        if self.tab == RAW:
            return at < len(self._raw_seen) and bool(self._raw_seen[at])
        return self.review.is_seen(at)

    def _seen_between(self, start: int, end: int) -> int:
        if self.review is None:
            return 0
        if self.compared is not None:
            return 0
        if self.tab == RAW:
            return self._raw_seen.count(1, start, end)
        return self.review.seen_between(start, end)

    # Drawing

    def draw_frame(self) -> None:
        """The gate stands where other screens have their own name; a fault takes its row over."""
        if not self.is_ready:
            return
        app, view, facts = self.app, self.view, self._reading
        width = self.size.width or app.size.width
        fresh = freshness_spans(app.freshness, view.now, app.interval, calm=not self.is_counting())
        left = drawing.identity(facts, self.gate_id, view, width)
        if app.has_several:
            left[1:1] = [("  ", ""), (self.source.name, "ink")]
        room = width - width_of(fresh) - 4
        left = list(parts.cut_spans(left, room, view.glyphs))
        self._frame_row("identity").line = spread(left, [*fresh, (" ", "")], width, margin=0)
        self._frame_row("needs").line = self._gate_row(width)
        sections = self._laid_out.sections if self._laid_out is not None else ()
        self._frame_row("crumbs").line = drawing.tabs_line(
            self.tab, self.section, len(sections), self._noun(), width
        )
        self._frame_row("keys").line = self._keys_row(width)

    def _gate_row(self, width: int) -> Line:
        fresh, facts = self.app.freshness, self._reading
        if not fresh.is_live and fresh.word != "READING":
            return fault_line(fresh, self.view, width)
        if facts is None:
            said = "reading the gate"
            if self.facts is not None:
                said = "there is no gate of this id in the file"
            return spread([(said, "muted")], [], width)
        short = self.review.gate.way.short if self.review is not None else ""
        return drawing.gate_line(facts, self.view, width, short)

    def _noun(self) -> str:
        document = self._laid_out
        return drawing.noun_of(document.sections[0]) if document is not None else "part"

    def _keys_row(self, width: int) -> Line:
        if self.review is None:
            return decide_bar.keys_line([consent.BarKey("esc", "back")], [], width)
        moves: list[tuple[str, str]] = []
        if self._step == "reading" and self._is_payload_shown():
            moves = [("space", "next page")]
            if self._laid_out is not None and len(self._laid_out.sections) > 1:
                noun = self._noun()
                moves.append(("]", f"next {noun}" if width >= 100 else noun))
        return decide_bar.keys_line(self._bar_facts().keys, moves, width)

    def _bar_facts(self) -> consent.BarFacts:
        assert self.review is not None
        return self.review.bar(self.app.clock())

    def _bar(self, width: int, height: int) -> Sequence[Line]:
        if self.review is None:
            return [BLANK]
        return decide_bar.bar_lines(
            self._bar_facts(),
            width,
            height,
            self.view,
            noun=self._noun(),
            hold=self.review.terms.of(self.review.gate.risk).hold,
            can_compare=bool(self._payload_before),
        )

    def _draw_line(self, row: Numbered, width: int) -> Line:
        section = self._shown_section()
        language = drawing.language_of(section) if section is not None else ""
        is_seen = self._is_seen(row.at)
        return drawing.doc_line(row.line, width, self.view, language=language, is_seen=is_seen)

    def _strip(self, width: int, height: int) -> Sequence[Line]:
        if self._laid_out is None:
            return ()
        return drawing.strip_lines(height, self._place(), self._seen_between, self.view)

    def _facts_pane(self, width: int, height: int) -> Sequence[Line]:
        facts, document, blast = self._reading, self._laid_out, self._blast
        if facts is None or document is None or blast is None or self.review is None:
            return ()
        seen = pages.parts_of(document, self.review.seen_between)
        room = height - 1 if self.has_class("-tall") else height
        lines = pages.facts_lines(facts, blast, seen, self.section, width, room, self.view)
        lines = [BLANK, *lines] if self.has_class("-tall") else lines
        return pages.edged(lines, width, height, self.view)

    def _page(self) -> Sequence[Line]:
        facts, document, blast = self._reading, self._laid_out, self._blast
        if facts is None or document is None or blast is None:
            return ()
        width = self.query_one("#review-page").size.width or self._lines.size.width
        if self.tab == WHY:
            return pages.why_lines(facts, width, self.view)
        if self.tab == BLAST:
            return pages.blast_lines(facts, blast, document, width, self.view)
        return pages.alike_lines(facts, width, self.view)

    def _draw_head(self) -> None:
        section = self._shown_section()
        head = self.query_one("#review-head", OneLine)
        width = self._lines.size.width or self.size.width
        line = BLANK
        if section is not None:
            line = drawing.head_line(section, self._place(), self.view, width)
        head.line = line
        self.query_one("#review-strip", Pane).update()

    def _draw_all(self) -> None:
        if not self.is_ready:
            return
        self._draw_head()
        if not self._is_payload_shown():
            self.query_one("#review-page", LineView).rows = self._page()
        self._lines.redraw()
        self._after()

    def _show_tab(self) -> None:
        """Shows the payload or the page of the tab, from its top."""
        is_payload = self._is_payload_shown()
        page = self.query_one("#review-page", LineView)
        page.display = not is_payload
        self.query_one("#review-head").display = is_payload
        self.query_one("#review-document").display = is_payload
        section = self._shown_section()
        if is_payload:
            rows = SectionRows(section.lines, self._start()) if section is not None else ()
            self._lines.rows = rows
            self._lines.show_row(0)
        if not self.prompt.is_busy:
            (self._lines if is_payload else page).focus()
        self._draw_all()
        self.draw_frame()

    def _after(self) -> None:
        """After anything that may have moved the decision on: its bar, its message, its clock."""
        if not self.is_ready:
            return
        self.query_one("#review-bar", Pane).update()
        self.query_one("#review-facts", Pane).update()
        self._frame_row("keys").line = self._keys_row(self.size.width or self.app.size.width)
        self._say_message()
        self._keep_ticking()

    def _say_message(self) -> None:
        """The review's own words stand until it has others, or goes on a step."""
        message = self.review.message if self.review is not None else ""
        # What the bar says anyway is not said twice.
        said = (self._step, "" if message in (consent.NOT_LIVE, consent.READ_ONLY) else message)
        if said != self._said and not self.prompt.is_busy:
            self._said = said
            self.say(*([(said[1], "you bold")] if said[1] else self._where_it_goes()))

    def _where_it_goes(self) -> list[Span]:
        """While nothing else is to be said: how an answer leaves, where that is no own row."""
        review = self.review
        if review is None or self._step not in ("reading", "confirm"):
            return []
        if review.gate.way.off:
            return [(review.gate.way.hint, "muted")]
        if review.bar(0.0).off:
            return []
        says = review.gate.way.says
        return [("your answer goes ", "muted"), (says, "ink")] if says else []

    # Keys

    @property
    def is_asking(self) -> bool:
        """Also while a decision has the keys: in a reason, `:` and `/` are text."""
        return super().is_asking or self._has_keys()

    def _has_keys(self) -> bool:
        review = self.review
        if review is None:
            return False
        return review.step in _TYPING or self.app.clock() < self._readable_from

    def on_key(self, event: events.Key) -> None:
        """While a decision is being made, and while keys are dead, every key is the review's."""
        review = self.review
        if review is None or self.prompt.is_busy or not self._has_keys():
            return
        now = self.app.clock()
        if review.key(event.key, now, event.character if event.is_printable else None):
            event.stop()
            event.prevent_default()
            self._after()

    def on_paste(self, event: events.Paste) -> None:
        """A paste decides nothing and writes nothing here."""
        event.stop()
        event.prevent_default()
        if self.review is not None:
            self.review.pasted(self.app.clock())
            self._after()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A console that only reads does not offer the answers at all."""
        if action in _ANSWERS:
            return not self.app.settings.read_only and not self.is_asking
        if action == "difference":
            return bool(self._payload_before)
        return super().check_action(action, parameters)

    def _answer(self, key: str) -> None:
        if self.review is not None:
            self.review.key(key, self.app.clock())
            self._after()

    def action_approve(self) -> None:
        """Begins to approve: what is missing is said, and nothing is written yet."""
        self._answer("a")

    def action_approve_note(self) -> None:
        """Asks for a note that goes with the approval."""
        self._answer("A")

    def action_reject(self) -> None:
        """Asks for the reason, which the agent is told."""
        self._answer("r")

    def action_undo(self) -> None:
        """Only a hold can be undone; it has the keys then."""

    def action_edit(self) -> None:
        """A rejection that carries the arguments as they should have been."""
        review, facts = self.review, self._reading
        if review is None or facts is None or review.step != "reading":
            return
        if off := self._bar_facts().off:
            self.say((off, "you bold"))
            return
        from ..editing import edit_copy

        try:
            edited = edit_copy(self.app, facts.gate.payload, ".json")
        except SuspendNotSupported:
            self.say(("there is no terminal to hand to an editor", "bad"))
            return
        except UsageError as error:
            self.say((error.title, "bad"), (f"   {error.hint}", "muted"))
            return
        self._reject_with(facts.gate.payload, edited)

    def _reject_with(self, payload: str, edited: str) -> None:
        assert self.review is not None
        if edited.strip() == payload.strip():
            self.say(("nothing was changed: there is nothing to reject it with", "muted"))
            return
        from ..editing import edit_reason

        reason = edit_reason(edited)
        if len(reason) > _REASON_MOST:
            self.say(
                (f"the edit is longer than a reason may be ({_REASON_MOST:,} letters)", "bad"),
                ("   r says it in words", "muted"),
            )
            return
        self.review.given_reason(reason)
        self._after()
        self.say(("this rejects it, and tells the agent your arguments: enter", "you bold"))

    def action_next_gate(self) -> None:
        """On to the next gate, but only when this one is over; `enter` never approves."""
        facts = self._reading
        if self._step not in ("receipt", "closed") or facts is None:
            return
        other = facts.neighbour(1) or next((g for g in facts.queue if g != facts.gate.id), None)
        if other is None:
            self.say(("nothing else waits for you", "muted"))
        else:
            self.app.visit("review", id=other)

    # Moving

    def action_tab(self, tab: int) -> None:
        """Another tab, from its top."""
        self.tab, self.compared = tab, None
        self._show_tab()

    def action_section(self, step: int) -> None:
        """The next file of the payload, or the one before."""
        if self._laid_out is None or self.tab != DIFF:
            return
        sections = len(self._laid_out.sections)
        wanted = self.section + step
        if self.compared is None and not 0 <= wanted < sections:
            noun = self._noun()
            self.say((f"this is the {'last' if step > 0 else 'first'} {noun}", "muted"))
            return
        self.section, self.compared = min(max(0, wanted), sections - 1), None
        self._show_tab()

    @on(PayloadView.PastEnd)
    def _past_end(self, event: PayloadView.PastEnd) -> None:
        event.stop()
        if self.tab == DIFF and self.compared is None:
            self.action_section(1)

    def action_difference(self) -> None:
        """What the payload is now against what it was when it was read."""
        document = self._laid_out
        if document is None or not self._payload_before:
            return
        diff = diffing.compare(self._payload_before, document.text)
        lines = Lines(diff.rows, document.width)
        self.tab = DIFF
        self.compared = Section(
            "changed since you read it", "file", diff.added, diff.removed, lines
        )
        self._show_tab()

    # Deciding

    def _keep_ticking(self) -> None:
        """A hold is looked at ten times a second; nothing else is."""
        is_held = self._step == "hold"
        if is_held and self._hold_timer is None:
            self._hold_timer = self.set_interval(HOLD_TICK, self._tick)
        elif not is_held and self._hold_timer is not None:
            self._hold_timer.stop()
            self._hold_timer = None

    def _tick(self) -> None:
        review = self.review
        if review is None:
            return
        review.freshness(self.app.freshness.is_live)
        intent = review.tick(self.app.clock())
        if intent is not None:
            self.run_worker(partial(self._write, review, intent), thread=True, group="decide")
        self._after()

    class Written(Message):
        """A decision was written, or refused."""

        def __init__(self, review: consent.Review, outcome: Decision | VedetteError) -> None:
            super().__init__()
            self.review = review
            self.outcome = outcome

    def _write(self, review: consent.Review, intent: consent.Intent) -> None:
        """Writes the one decision, away from the keys."""
        app = self.app
        try:
            outcome: Decision | VedetteError = decide(
                self.source.path,
                **intent._asdict(),
                actor=app.settings.actor,
                now=app.clock(),
                addresses=lambda: app.settings.apis,
            )
        except VedetteError as error:
            outcome = error
        self.post_message(self.Written(review, outcome))

    @on(Written)
    def _written(self, event: Written) -> None:
        event.stop()
        review, outcome = event.review, event.outcome
        if isinstance(outcome, VedetteError):
            review.refused(outcome.kind, outcome.title)
            nothing = "" if review.gate.way.by == "http" else "; nothing was written"
            said = f"{review.gate.id}: {outcome.title}{nothing}"
        else:
            review.written(outcome.status, outcome.decided_at, outcome.signed, outcome.needed)
            said = f"{review.gate.id}: {outcome.outcome}"
            if outcome.status == "sent":
                said = self._remember_sent(review, outcome)
        if review is not self.review or self.app.screen is not self:
            self.app.say((said, "bright bold"))
        self._after()
        self.app.look_soon()

    def _remember_sent(self, review: consent.Review, outcome: Decision) -> str:
        word = "an approval" if outcome.outcome == "approved" else "a rejection"
        at = numbers.time_of_day(outcome.decided_at)
        said = f"{word} was sent {at} and is not confirmed yet"
        self._unconfirmed[self.source.path, review.gate.id] = said
        return f"{review.gate.id}: {said}"

    # Taking away

    def copy_choices(self) -> Sequence[CopyChoice]:
        """The gate's id, its payload, its hash, and the command that decides it elsewhere."""
        facts = self._reading
        if facts is None:
            return ()
        gate, sha = facts.gate.id, facts.sha256
        return (
            CopyChoice("i", "id", gate),
            CopyChoice("p", "payload", facts.gate.payload),
            CopyChoice("s", "sha256", sha),
            CopyChoice("l", "link", f"vedette approvals --filter id:{gate} --db {self.app.path}"),
        )

    def export_rows(self) -> Sequence[Mapping[str, Any]]:
        """The gate's row."""
        facts = self._reading
        return [facts.gate._asdict() | {"sha256": facts.sha256}] if facts is not None else []

    def pager_text(self) -> str:
        """The whole payload, clean, as the diff tab shows it."""
        document = self._laid_out
        if document is None:
            return ""
        texts: list[str] = []
        for section in document.sections:
            texts.append(f"{section.title}  +{section.added} -{section.removed}")
            texts += [f"  {remark}" for remark in section.remarks]
            texts += [f"{line.sign} {line.text}" for line in section.lines]
        return "\n".join(texts) + "\n"


_ANSWERS = frozenset({"approve", "approve_note", "reject", "edit", "undo"})


def _as_it_is(line: Line, width: int) -> Line:
    return line


def _no_key(row: object) -> str:
    return ""
