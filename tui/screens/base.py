"""What every screen is: the frame, one question to the source, one filter, and the common verbs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen

from ...data.errors import UsageError
from ...data.filters import Facts, Filter, Kind, parse
from ...data.freshness import Freshness
from ...data.source import Question, Source
from .. import parts
from ..frame import (
    OneLine,
    crumb_line,
    freshness_spans,
    identity_line,
    keys_line,
    merged_needs_line,
    needs_line,
)
from ..line import Line, Span
from ..view import View
from ..widgets.lines import LineView
from ..widgets.prompt import Asked, Prompt

if TYPE_CHECKING:
    from ..app import VedetteApp
    from ..watched import Watched


class CopyChoice(NamedTuple):
    """One entry of the `y` menu."""

    key: str
    label: str
    text: str


class ConsoleScreen(Screen[None]):
    """A screen of the console.

    A subclass says what it wants to know (`question`), shows what comes back (`show`), and draws
    its rows with pure functions. It never reads the source and never looks at the clock.
    """

    name_: ClassVar[str] = ""
    """Its name in `screens.PLACES`."""
    number: ClassVar[str] = ""
    """What row 3 ends with."""
    is_merged: ClassVar[bool] = False
    """Whether it shows every source at once; else one, and there is one of it for each."""
    footer: ClassVar[Sequence[str]] = ()
    """Keys shown in the last row, in order; their words are the bindings' descriptions."""
    filter_fields: ClassVar[Mapping[str, Kind]] = {}
    """Fields of the `/` filter and their kinds; empty: no filter here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # First of all, so that what is typed after it, however fast, is already the filter.
        Binding("slash", "filter", "filter", key_display="/", priority=True),
        Binding("y", "copy_menu", "copy"),
        Binding("x", "export_menu", "export"),
        Binding("O", "page", "pager"),
        Binding("Z", "toggle_look('-zoomed')", "list alone"),
        Binding("ctrl+e", "toggle_look('-bare')", "breadcrumb on, off"),
        Binding("escape", "clear_filter", "clear the filter", key_display="esc"),
    ]
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's own name and type
        (0, "-tiny"),
        (60, "-narrow"),
        (120, "-wide"),
        (160, "-huge"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-short"),
        (36, "-tall"),
    ]

    app: VedetteApp

    def __init__(self) -> None:
        super().__init__()
        self.source: Watched
        """The source it was made for: what is answered here is written there and nowhere else."""
        self.facts: Any = None
        """What the last answer brought; None while loading."""
        self.filter_text = ""
        self.filter = Filter()
        self._frame_rows: dict[str, OneLine] = {}
        self._keys_drawn_for = ""
        """The freshness word the footer's keys were last drawn under."""
        self._keys_stand = False

    # What a subclass provides

    def question(self) -> Question[Any]:
        """What this screen wants to know now; called before each look."""
        return _nothing

    def question_of(self, source: str) -> Question[Any]:
        """What a merged screen wants to know of one of several sources, by its name."""
        return self.question()

    def show(self, facts: Any) -> None:
        """Shows an answer; called only when something moved."""

    def receive_from(self, source: str, facts: Any) -> None:
        """An answer to a merged screen from one of several sources."""

    def source_turned(self) -> None:
        """A merged screen: another source is the one that is read."""

    def enter(self, **where: Any) -> None:
        """Takes what it is opened on (a run's id, a gate's); called before it is shown."""

    def place(self) -> dict[str, Any]:
        """What `enter` would need to come back here."""
        return {}

    def compose_body(self) -> ComposeResult:
        """The widgets between breadcrumb and message line."""
        yield from ()

    def identity(self) -> Sequence[Sequence[Span]]:
        """Groups of row 1 behind `vedette`; the last ones go first when narrow."""
        return ()

    def crumbs(self) -> Sequence[str]:
        """The path of row 3, last part first in importance."""
        return (self.name_.capitalize(),)

    def crumb_values(self) -> Sequence[tuple[str, str]]:
        """Label and value pairs at the right of row 3."""
        return ()

    def is_counting(self) -> bool:
        """Whether an age or countdown on screen moves with the clock."""
        return False

    def copy_choices(self) -> Sequence[CopyChoice]:
        """What `y` offers for the selected row."""
        return ()

    def export_rows(self) -> Sequence[Mapping[str, Any]]:
        """The rows `x` writes, as columns and values."""
        return ()

    def pager_text(self) -> str:
        """What `O` hands to $PAGER, cleaned for a terminal; "" for nothing."""
        return ""

    def filter_facts(self) -> Sequence[Facts]:
        """Each row on hand as the filter sees it, for the count of matches."""
        return ()

    def filter_changed(self) -> None:
        """`self.filter` is another one: shows the rows that match."""

    def apply_filter(self, text: str) -> Sequence[Span]:
        """Shows only what matches; returns what the message line says (the count of matches).

        Raises UsageError for a field there is not.
        """
        self.filter = parse(text, self.filter_fields)
        self.filter_text = text.strip()
        self.filter_changed()
        rows = self.filter_facts()
        matches = sum(self.filter.matches(row) for row in rows)
        said: list[Span] = [(f"{matches:,} of {len(rows):,} match", "muted")]
        emptied = self.filter.explain_empty(rows) if not matches else None
        if emptied is not None:
            said.append((f"   {emptied.term} removed the last {emptied.removed:,}", "you"))
        return said

    # The frame

    def compose(self) -> ComposeResult:
        """Three rows, the body, two rows."""
        yield OneLine(id="identity")
        yield OneLine(id="needs")
        yield OneLine(id="crumbs")
        with Container(id="body"):
            yield from self.compose_body()
        yield Prompt()
        yield OneLine(id="keys")

    def on_mount(self) -> None:
        """Draws the frame before the first answer, so that the first paint is whole."""
        self.draw_frame()

    def on_screen_resume(self) -> None:
        """Coming back: the frame is drawn anew and the source looked at."""
        self.draw_frame()

    def on_resize(self) -> None:
        """Another size: the frame's rows are laid out for it."""
        self.call_after_refresh(self.draw_frame)

    def receive(self, facts: Any) -> None:
        """An answer arrived."""
        self.facts = facts
        self.show(facts)
        self.draw_frame()

    def second(self) -> None:
        """A second passed: only lines whose digits moved are written."""
        is_moving = self.is_counting() or not self.app.is_all_live
        # While nothing moves no key comes or goes, and to ask every binding is most of an idle
        # second's work.
        self._keys_stand = not is_moving and self._keys_drawn_for == self._told()[1].word
        self.draw_frame()
        self._keys_stand = False
        if is_moving:
            for view in self.query(LineView):
                view.redraw()

    @property
    def view(self) -> View:
        """The circumstances to draw in."""
        return self.app.view

    def draw_frame(self) -> None:
        """Sets the frame's rows; equal rows cost nothing."""
        if not self.is_mounted or not self.is_attached:
            return
        app, width, view = self.app, self.size.width or self.app.size.width, self.view
        calm = not self.is_counting() and not app.headline.approvals
        told = self._told()
        right = freshness_spans(
            told[1], view.now, app.interval, calm=calm, source=self._whose(told)
        )
        groups = [[("vedette", "bright bold"), *self._source_name()], *self.identity()]
        self._frame_row("identity").line = identity_line(groups, right, width, view.glyphs)
        self._frame_row("needs").line = self._needs_line(told, view, width)
        self._frame_row("crumbs").line = crumb_line(
            self._crumbs(), self.crumb_values(), self.number, view, width
        )
        if not self._keys_stand:
            self._keys_drawn_for = told[1].word
            keys = keys_line(self._keys(), width, locked=self.locked_keys())
            self._frame_row("keys").line = keys

    def footer_keys(self) -> Sequence[str]:
        """What the last row shows now, in order."""
        return self.footer

    def locked_keys(self) -> frozenset[str]:
        """Keys of the footer that do nothing now but may later."""
        return frozenset()

    def _source_name(self) -> list[Span]:
        app = self.app
        name = f"{len(app.sources)} sources" if app.has_several and self.is_merged else ""
        if app.found_in and not app.settings.is_demo:
            shown = parts.cut_path(app.short_path(app.found_in), 32, self.view.glyphs)
            return [("  found ", "muted"), (shown, "ink")]
        return [("  ", "ink"), (name or app.source_name, "ink")]

    def _crumbs(self) -> Sequence[str]:
        """The path of row 3; where there are several sources, that of one begins with its name."""
        is_of_one = self.app.has_several and not self.is_merged
        return (self.app.current.name, *self.crumbs()) if is_of_one else self.crumbs()

    def _told(self) -> tuple[str, Freshness]:
        """The freshness that row 1 speaks of, and whose: of several on one screen the worst."""
        app = self.app
        return app.overall if self.is_merged else (app.current.name, app.freshness)

    def _whose(self, told: tuple[str, Freshness]) -> str:
        """The source's name where it must be said: not for one, not while all are alike."""
        words = {each.freshness.word for each in self.app.sources}
        return told[0] if self.is_merged and len(words) > 1 else ""

    def _needs_line(self, told: tuple[str, Freshness], view: View, width: int) -> Line:
        """Row 2: one bar over all sources; those that tell nothing are named in it."""
        app = self.app
        if not app.has_several:
            return needs_line(app.headline, told[1], view, width)
        sources = [(each.name, each.freshness) for each in app.sources]
        return merged_needs_line(
            app.headline, sources, told, view, width, is_of_one=not self.is_merged
        )

    def _frame_row(self, name: str) -> OneLine:
        row = self._frame_rows.get(name)
        if row is None:
            row = self._frame_rows[name] = self.query_one(f"#{name}", OneLine)
        return row

    def _keys(self) -> list[tuple[str, str]]:
        """The footer's keys with their words, from the bindings alone."""
        words: dict[str, tuple[str, str]] = {}
        for active in self.active_bindings.values():
            binding = active.binding
            display = self.app.get_key_display(binding)
            words.setdefault(binding.action.partition("(")[0], (display, binding.description))
            words.setdefault(binding.key, (display, binding.description))
        return [words[wanted] for wanted in self.footer_keys() if wanted in words]

    # Common verbs

    @property
    def prompt(self) -> Prompt:
        """The message line."""
        return self.query_one(Prompt)

    @property
    def is_asking(self) -> bool:
        """Whether the message line has the keyboard."""
        return any(prompt.is_busy for prompt in self.query(Prompt))

    def say(self, *spans: Span) -> None:
        """One message in the message line, and beside it what the demo teaches on the fleet."""
        self.prompt.say(spans, self.app.hints.spans if self.name_ == "fleet" else ())

    def action_filter(self) -> None:
        """Asks for a filter, applied while it is typed."""
        self.app.hints.learnt("/")
        if not self.filter_fields:
            self.say(("there is nothing to filter here", "muted"))
            return
        self.prompt.ask(
            Asked(
                "/",
                submitted=lambda text: None,
                changed=self._filter_changed,
                cancelled=lambda: self._drop_filter(),
                initial=self.filter_text,
            )
        )

    def _filter_changed(self, text: str) -> Sequence[Span]:
        try:
            said = self.apply_filter(text)
        except UsageError as error:
            return [(error.title, "bad"), (f"   {error.hint}", "muted")]
        self.draw_frame()
        return said

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """`esc` clears a filter where there is one, else it goes back; `/` may be mere text."""
        if action == "clear_filter":
            return bool(self.filter_text)
        if action == "filter":
            return not self.is_asking
        return super().check_action(action, parameters)

    def action_clear_filter(self) -> None:
        """Every row again."""
        self._drop_filter()
        self.say()

    def _drop_filter(self) -> None:
        self.apply_filter("")
        self.draw_frame()
        self._focus_list()

    def _focus_list(self) -> None:
        for view in self.query(LineView):
            view.focus()
            return

    @on(LineView.Chosen)
    def _chosen(self, event: LineView.Chosen) -> None:
        event.stop()
        self.app.hints.learnt("enter")
        self.open_row(event.key, event.row)

    @on(LineView.Labelled)
    def _labelled(self, event: LineView.Labelled) -> None:
        event.stop()
        if event.is_on:
            self.say(("jump  ", "bright bold"), ("the letter before a row goes there", "muted"))
        else:
            self.say()

    def open_row(self, key: str, row: Any) -> None:
        """`enter` on a row."""

    def action_toggle_look(self, look: str) -> None:
        """The list alone (`Z`), or without its breadcrumb (`ctrl+e`); again brings it back."""
        self.toggle_class(look)

    def action_copy_menu(self) -> None:
        """`y`: says what can be copied, and copies what the next key names."""
        choices = list(self.copy_choices())
        if not choices:
            self.say(("nothing to copy here", "muted"))
            return
        self.app.menu("copy", [(c.key, c.label) for c in choices], self._copy(choices))

    def _copy(self, choices: list[CopyChoice]) -> Any:
        def take(key: str) -> None:
            for choice in choices:
                if choice.key == key:
                    self.app.copy(choice.text)
                    self.say((f"copied {choice.label}", "muted"))

        return take

    def action_export_menu(self) -> None:
        """`x`: writes the rows on screen to a file in the current folder."""
        rows = list(self.export_rows())
        if not rows:
            self.say(("nothing to export here", "muted"))
            return
        menu = [("j", "json"), ("l", "jsonl"), ("c", "csv")]
        self.app.menu("export", menu, lambda key: self.app.export(self.name_, rows, key))

    def action_page(self) -> None:
        """`O`: hands the selected item to $PAGER."""
        text = self.pager_text()
        if text:
            self.app.page(text)
        else:
            self.say(("nothing to page here", "muted"))


def _nothing(source: Source, now: float) -> None:
    """The question of a screen that asks none."""
