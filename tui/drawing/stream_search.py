"""A search in a stream: which items match, how often, and what of their rows stands in reverse."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...data.filters import Filter, Kind
from ...data.stream_items import Item
from ..line import Line
from . import search
from .search import Hit, Mark
from .stream import Laid

FIELDS: Mapping[str, Kind] = {
    "role": Kind.TEXT,
    "name": Kind.TEXT,
    "tool": Kind.TEXT,
    "agent": Kind.TEXT,
    "model": Kind.TEXT,
    "state": Kind.TEXT,
    "risk": Kind.TEXT,
    "cost": Kind.MONEY,
    "in": Kind.NUMBER,
    "out": Kind.NUMBER,
    "took": Kind.DURATION,
    "size": Kind.SIZE,
    "age": Kind.DURATION,
}


class Found(NamedTuple):
    """The matches of one item: its own, and all up to and with them."""

    key: str
    own: int
    end: int


class StreamSearch:
    """The search that is on. Matches are counted in the texts, folded away or not."""

    def __init__(self) -> None:
        self.filter = Filter()
        self.at = -1
        """The match last gone to, counted from 0; -1: none yet."""
        self.found: list[Found] = []
        self._pattern: re.Pattern[str] | None = None
        self._lowered: dict[str, tuple[Item, str]] = {}
        self._marks: dict[str, tuple[Laid, dict[int, list[Mark]]]] = {}

    @property
    def total(self) -> int:
        """How many matches there are."""
        return self.found[-1].end if self.found else 0

    def begin(self, sought: Filter) -> None:
        """Another search."""
        self.filter = sought
        self.at = -1
        self._marks = {}
        self._pattern = search.pattern_of(search.words_of(sought))

    def find(self, items: Sequence[Item], now: float) -> None:
        """Counts the matches of each item; an item that matches by its facts alone is one."""
        self.found = []
        if not self.filter:
            return
        words, end = search.words_of(self.filter), 0
        for item in items:
            if self.matches(item, now):
                own = max(1, search.count(self._lower(item), words))
                end += own
                self.found.append(Found(item.key, own, end))
        self.at = min(self.at, end - 1)

    def matches(self, item: Item, now: float) -> bool:
        """Whether an item matches as a whole."""
        facts = {
            "role": item.role,
            "name": item.name,
            "tool": item.name if item.role == "tool" else None,
            "agent": item.agent,
            "model": item.model,
            "state": (item.status, item.source_status),
            "risk": item.risk,
            "cost": item.cost_usd,
            "in": item.tokens_in,
            "out": item.tokens_out,
            "took": item.took,
            "size": max((text.size for _, text in item.texts), default=0),
            "age": None if item.at is None else now - item.at,
            "err": item.error,
            "text": self._lower(item),
        }
        return self.filter.matches(facts)

    def go(self, direction: int, matches_before: int) -> tuple[str, int]:
        """The next match, or the one before: its item, and which of the item's it is.

        `matches_before` counts those above the cursor: from there the first step is made.
        """
        if self.at >= 0:
            self.at = (self.at + direction) % self.total
        else:
            self.at = (matches_before - (direction < 0)) % self.total
        found = self.found[bisect_right([each.end for each in self.found], self.at)]
        return found.key, self.at - (found.end - found.own)

    def hits(self, rows: Sequence[Line]) -> list[Hit]:
        """The matches in rows that are laid out."""
        return search.find(rows, self._pattern) if self._pattern else []

    def mark(self, item: Item | None, laid: Laid, row: int, line: Line, now: float) -> Line:
        """A row with its matches in reverse; `row` is -1 for the item's head."""
        if self._pattern is None or item is None or not self.matches(item, now):
            return line
        if row < 0:
            marks = search.by_row(search.find([line], self._pattern)).get(0)
        else:
            marks = self._marks_of(item.key, laid).get(row)
        return search.marked(line, marks) if marks else line

    def _marks_of(self, key: str, laid: Laid) -> dict[int, list[Mark]]:
        kept = self._marks.get(key)
        if kept is None or kept[0] is not laid:
            kept = self._marks[key] = (laid, search.by_row(self.hits(laid.rows)))
        return kept[1]

    def _lower(self, item: Item) -> str:
        """All text of an item on one line, in lower case."""
        kept = self._lowered.get(item.key)
        if kept is None or kept[0] is not item:
            lines = [line for _, text in item.texts for line in text.lines]
            text = " ".join([item.name, item.error, *lines]).lower()
            kept = self._lowered[item.key] = (item, text)
        return kept[1]
