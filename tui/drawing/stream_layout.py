"""Keeps what was laid out: an item is laid out again only when it, its fold or the look changed."""

from collections.abc import Sequence
from typing import NamedTuple

from ...data.stream_items import Item
from ..glyphs import UNICODE
from . import stream as drawing
from .stream import Fold, Laid, Look

MOST_AT_ONCE = 200
"""Items laid out before a key may be served: about 60 ms."""

UNLAID = Look(
    width=0,
    mode="md",
    is_wrapped=True,
    is_tall=False,
    names_agents=False,
    has_panes=False,
    glyphs=UNICODE,
    has_grounds=False,
)
"""The look before there is one."""


class _Kept(NamedTuple):
    item: Item
    look: Look
    fold: Fold
    base: Item | None
    laid: Laid


class Layout:
    """Every item laid out for one look."""

    def __init__(self) -> None:
        self.look = UNLAID
        self.folds: dict[str, Fold] = {}
        """By item key; what is not here is folded as it needs."""
        self.compared: dict[str, Item] = {}
        """By item key, the item it is compared with: its difference stands in its place."""
        self._kept: dict[str, _Kept] = {}

    def fold_of(self, key: str) -> Fold:
        """How much of an item is shown."""
        return self.folds.get(key, "auto")

    def laid(self, item: Item) -> Laid:
        """The item laid out."""
        if self._is_laid(item):
            return self._kept[item.key].laid
        fold, base = self.fold_of(item.key), self.compared.get(item.key)
        if base is None:
            laid = drawing.lay_out(item, self.look, fold)
        else:
            laid = drawing.difference(base, item, self.look)
        self._kept[item.key] = _Kept(item, self.look, fold, base, laid)
        return laid

    def waiting(self, items: Sequence[Item]) -> list[Item]:
        """Items that are not laid out for what is wanted now."""
        return [item for item in items if not self._is_laid(item)]

    def near(self, items: Sequence[Item], key: str) -> slice:
        """Which items to show now: all, or those around a key while very many are waiting."""
        if len(self.waiting(items)) <= MOST_AT_ONCE:
            return slice(0, len(items))
        at = next((index for index, item in enumerate(items) if item.key == key), len(items))
        last = min(len(items), max(at + MOST_AT_ONCE // 2, MOST_AT_ONCE))
        return slice(max(0, last - MOST_AT_ONCE), last)

    def lay_out_some(self, items: Sequence[Item]) -> bool:
        """Lays out a few more items; whether few enough are left to show them all."""
        waiting = self.waiting(items)
        # From the end: that is where most readers are.
        for item in waiting[-MOST_AT_ONCE // 4 :]:
            self.laid(item)
        return len(waiting) <= MOST_AT_ONCE

    def keep_only(self, items: Sequence[Item]) -> None:
        """Forgets what is not shown any more."""
        kept = {item.key for item in items}
        self._kept = {key: each for key, each in self._kept.items() if key in kept}

    def _is_laid(self, item: Item) -> bool:
        kept = self._kept.get(item.key)
        if kept is None or kept.item is not item or kept.look != self.look:
            return False
        return kept.fold == self.fold_of(item.key) and kept.base is self.compared.get(item.key)
