"""A list that tells when other lines were drawn, for what must have been on the screen."""

from typing import TypeVar

from textual.message import Message

from .lines import LineView

T = TypeVar("T")


class TellingView(LineView[T]):
    """Sends `Shown` whenever it has drawn: after a scroll, new rows, another size."""

    class Shown(Message):
        """Lines were drawn; they are on the screen after the next refresh."""

    def redraw(self) -> None:
        """Draws, and tells so."""
        super().redraw()
        if self.is_attached:
            self.post_message(self.Shown())
