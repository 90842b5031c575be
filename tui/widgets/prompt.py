"""The line above the keys: says one thing, or asks for one line of text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from ..frame import OneLine
from ..line import BLANK, Line, Span, spread


@dataclass
class Asked:
    """One question in the message line and what its answer does."""

    label: str
    submitted: Callable[[str], None]
    changed: Callable[[str], Sequence[Span]] | None = None
    """Called with the text so far; what it returns stands at the right, such as a match count."""
    cancelled: Callable[[], None] | None = None
    complete: Callable[[str], list[str]] | None = None
    """Whole texts that the text so far may become; tab takes the first."""
    initial: str = ""


class Prompt(Horizontal):
    """The message line. While it asks, it has the keyboard; escape gives it back."""

    DEFAULT_CSS = """
    Prompt { height: 1; }
    Prompt #prompt-label { width: auto; min-width: 3; display: none; }
    Prompt Input { display: none; height: 1; border: none; padding: 0; width: 1fr; }
    Prompt Input:focus { border: none; }
    Prompt #prompt-side { width: 1fr; }
    Prompt.-asking #prompt-label { display: block; }
    Prompt.-asking Input { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(id="message")
        self._asked: Asked | None = None
        self._menu: Callable[[str], None] | None = None
        self._focus_before: Widget | None = None

    def compose(self) -> ComposeResult:
        """The label, the field, and what is said beside or instead of them."""
        yield OneLine(id="prompt-label")
        yield Input(id="prompt-field", compact=True, select_on_focus=False)
        yield OneLine(id="prompt-side")

    @property
    def is_busy(self) -> bool:
        """Whether it has a question or a menu open."""
        return self._asked is not None or self._menu is not None

    def say(self, spans: Sequence[Span], aside: Sequence[Span] = ()) -> None:
        """Shows one message until the next; `aside` stands at the right."""
        side = self.query_one("#prompt-side", OneLine)
        # When a question has just been closed, the field's place is not given back yet.
        width = (self.has_class("-asking") and side.size.width) or self.size.width
        side.line = spread(spans, aside, width) if spans or aside else BLANK

    def menu(
        self, title: str, options: Sequence[tuple[str, str]], take: Callable[[str], None]
    ) -> None:
        """Offers one key each; the next key takes one, or closes the menu."""
        spans: list[Span] = [(f"{title}  ", "bright bold")]
        for key, word in options:
            spans += [(key, "bright bold"), (f" {word}   ", "muted")]
        self._focus_before = self.screen.focused
        self._menu = take
        self.can_focus = True
        # At once: `focus()` would let the next key go where the last one went.
        self.screen.set_focus(self)
        self.say(spans)

    def ask(self, asked: Asked) -> None:
        """Opens the field for one line of text."""
        self._focus_before = self.screen.focused
        self._asked = asked
        label = self.query_one("#prompt-label", OneLine)
        label.styles.width = len(asked.label) + 2
        label.line = Line(((f" {asked.label} ", "bright bold"),))
        self.add_class("-asking")
        field = self.query_one(Input)
        field.value = asked.initial
        field.cursor_position = len(asked.initial)
        self.screen.set_focus(field)
        self._tell(asked.initial)

    def close(self) -> None:
        """Ends the question without an answer."""
        self._asked = None
        self._menu = None
        self.remove_class("-asking")
        self.can_focus = False
        if self._focus_before is not None and self._focus_before.is_attached:
            self.screen.set_focus(self._focus_before)
        else:
            self.query_one(Input).blur()
        self.say(())

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        asked = self._asked
        self.close()
        if asked is not None:
            asked.submitted(event.value)

    def on_key(self, event: events.Key) -> None:
        """Escape closes, tab completes; a menu takes one key."""
        if self._menu is not None:
            event.stop()
            event.prevent_default()
            take = self._menu
            self.close()
            if event.key != "escape":
                take(event.character or event.key)
            return
        if self._asked is None:
            return
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            asked = self._asked
            self.close()
            if asked.cancelled is not None:
                asked.cancelled()
        elif event.key == "tab" and self._asked.complete is not None:
            event.stop()
            event.prevent_default()
            self._take_completion()

    def _take_completion(self) -> None:
        field = self.query_one(Input)
        assert self._asked is not None
        assert self._asked.complete is not None
        found = self._asked.complete(field.value)
        if found:
            field.value = found[0]
            field.cursor_position = len(found[0])

    def _tell(self, text: str) -> None:
        asked = self._asked
        if asked is None:
            return
        if asked.changed is not None:
            self.say(asked.changed(text))
        elif asked.complete is not None:
            self.say([(option + "  ", "muted") for option in asked.complete(text)[:6]])
