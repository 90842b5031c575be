"""The lines of a payload as they are read: numbered, and no page skipped by quick fingers."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, overload

from textual.message import Message

from ...data.document import DocLine, Lines
from .telling import TellingView

_PAGES_WAITING = 8
"""Pages asked for before the first of them is painted; a key that is held down asks for more."""


class Numbered(NamedTuple):
    """A line of the payload and its place among all that are to be seen."""

    at: int
    line: DocLine


class SectionRows(Sequence[Numbered]):
    """The lines of one section, numbered; made as they are asked for."""

    def __init__(self, lines: Lines, start: int) -> None:
        self._lines = lines
        self._start = start

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> Numbered: ...
    @overload
    def __getitem__(self, index: slice) -> list[Numbered]: ...
    def __getitem__(self, index: int | slice) -> Numbered | list[Numbered]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        return Numbered(self._start + index, self._lines[index])


class PayloadView(TellingView[Numbered]):
    """The lines of a payload: tells when others are shown, and when a page asks for more."""

    class PastEnd(Message):
        """A page was asked for where there is none below."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._noted_top = 0
        self._waiting: list[Callable[[], None]] = []

    def noted(self) -> None:
        """What is shown now was on the screen: a page that was asked for meanwhile may follow."""
        self._noted_top = self.top
        while self._waiting and self._noted_top == self.top:
            self._waiting.pop(0)()

    def action_page_down(self) -> None:
        """A page down, once the one before was painted: none is skipped by quick fingers."""
        if self._is_noted(self.action_page_down):
            super().action_page_down()

    def action_space_page(self) -> None:
        """A page down; at the end, on to the next part."""
        if not self._is_noted(self.action_space_page):
            return
        if self.below == 0:
            # Pages asked for in haste end with this part: the next one is not skipped.
            self._waiting.clear()
            self.post_message(self.PastEnd())
        else:
            super().action_page_down()

    def _is_noted(self, action: Callable[[], None]) -> bool:
        """Whether what is shown was painted; else the action waits for it."""
        is_noted = self._noted_top == self.top
        if not is_noted and len(self._waiting) < _PAGES_WAITING:
            self._waiting.append(action)
        return is_noted

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing can be opened or marked here: `enter` is not this view's key."""
        if action in ("choose", "mark_range", "unmark", "next_match", "previous_match"):
            return False
        return super().check_action(action, parameters)
