"""The list of a stream: a section is selected as one, and marked on its head alone."""

from dataclasses import dataclass
from typing import Any

from textual.message import Message

from ..drawing.stream_rows import Row, StreamRows
from .lines import Drawn, LineView
from .strips import glyphs_of


class StreamView(LineView[Row]):
    """A line view that knows its sections, so that a long one costs no more than a short one."""

    @dataclass
    class Sought(Message):
        """The next match is wanted, or the one before."""

        view: "StreamView"
        direction: int

        @property
        def control(self) -> "StreamView":
            """The view that sent it."""
            return self.view

    @property
    def stream_rows(self) -> StreamRows:
        """The rows with their sections."""
        rows: Any = self.rows
        return rows if isinstance(rows, StreamRows) else StreamRows(())

    def show_hit(self, index: int) -> None:
        """Brings a row into sight with the cursor on its section."""
        self.follow = False
        self._show_match(index)

    def action_next_match(self) -> None:
        """To the next match of the search."""
        self.post_message(self.Sought(self, 1))

    def action_previous_match(self) -> None:
        """To the match before."""
        self.post_message(self.Sought(self, -1))

    def toggle_mark(self) -> None:
        """Marks the section under the cursor, or removes its mark."""
        if self.cursor_key:
            self.marks = self.marks ^ {self.cursor_key}

    # A section is selected on its head alone: reading goes on below it on a calm ground.

    def _drawn_at(self, index: int, width: int) -> Drawn:
        drawn = super()._drawn_at(index, width)
        if not drawn.key or self.rows[index].offset == 0:
            return drawn
        is_first_on_screen = index == self.top and drawn.is_selected
        edge = (glyphs_of(self.app).cursor, "muted") if is_first_on_screen else None
        return drawn._replace(is_selected=False, edge=edge)

    def _item_start(self, index: int) -> int:
        rows = self.stream_rows
        return rows.start_of(rows.section_at(index)) if 0 <= index < len(rows) else index

    def _item_end(self, index: int) -> int:
        rows = self.stream_rows
        return rows.end_of(rows.section_at(index)) if 0 <= index < len(rows) else index
