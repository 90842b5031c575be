"""The list of a stream: sections of many rows, selected as one, marked on their heads alone."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple, overload

from textual.message import Message

from ...data.stream import Item
from ..drawing.stream import Laid
from .lines import Drawn, LineView
from .strips import glyphs_of


class Section(NamedTuple):
    """An item with its rows, or a note between items."""

    key: str
    """The item's; "" for a note, which cannot be selected."""
    item: Item | None
    laid: Laid
    has_gap: bool = False
    """An empty row follows."""

    @property
    def heads(self) -> int:
        """Rows before those of the text: a note has none."""
        return 0 if self.item is None else 1

    @property
    def height(self) -> int:
        """Rows without the gap."""
        return self.heads + len(self.laid.rows)


class Row(NamedTuple):
    """One row of a section."""

    section: Section
    offset: int

    @property
    def key(self) -> str:
        """The section's; "" for the gap below it."""
        return self.section.key if self.offset < self.section.height else ""


class StreamRows(Sequence[Row]):
    """The rows of all sections; made from thousands of sections without touching their rows."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self.sections = sections
        self._starts = [0, *accumulate(each.height + each.has_gap for each in sections)]
        self._places = {each.key: index for index, each in enumerate(sections) if each.key}

    def __len__(self) -> int:
        return self._starts[-1]

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(index)
        place = self.section_at(at)
        return Row(self.sections[place], at - self._starts[place])

    def index_of(self, key: str) -> int | None:
        """The first row of the section with that key."""
        place = self._places.get(key)
        return None if place is None else self._starts[place]

    def section_at(self, index: int) -> int:
        """The place of the section a row belongs to."""
        return bisect_right(self._starts, index) - 1

    def place_of(self, key: str) -> int:
        """The place of the section with that key; -1 for none."""
        return self._places.get(key, -1)

    def start_of(self, place: int) -> int:
        """The first row of a section."""
        return self._starts[place]


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
        if not 0 <= index < len(rows):
            return index
        place = rows.section_at(index)
        return rows.start_of(place) + max(1, rows.sections[place].height) - 1
