"""A stream as rows: sections of many rows, made without touching each of them."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple, overload

from ...data.stream_items import Item
from ..line import Line
from .stream import Laid


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
    """The rows of all sections."""

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

    def end_of(self, place: int) -> int:
        """The last row of a section, its gap not counted."""
        return self._starts[place] + max(1, self.sections[place].height) - 1


def note(lines: Sequence[Line]) -> Section:
    """Rows between items that cannot be selected."""
    return Section("", None, Laid((), tuple(lines), False))


def sections_of(items: Sequence[Item], laid: Sequence[Laid], *, is_tall: bool) -> Iterator[Section]:
    """Each item's section; where there is room, messages stand an empty row apart."""
    last = len(items) - 1
    for index, (item, this) in enumerate(zip(items, laid, strict=True)):
        has_gap = is_tall and index < last
        has_gap = has_gap and _are_apart(item, this, items[index + 1], laid[index + 1])
        yield Section(item.key, item, this, has_gap)


def _are_apart(item: Item, laid: Laid, after: Item, laid_after: Laid) -> bool:
    """Heads alone keep together, and so does one call's request with its answer."""
    if item.row == after.row:
        return bool(laid.rows)
    return bool(laid.rows or laid_after.rows) or after.relation == "prompt"
