"""Time covered by spans that overlap: disjoint stretches in order, and how long they are in all."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from operator import sub

Stretch = tuple[float, float]
"""From when to when, in epoch seconds."""


class Coverage:
    """Stretches of time, joined where they touch; times in epoch seconds, lengths in seconds."""

    __slots__ = ("_ends", "_starts", "total")

    def __init__(self) -> None:
        self._starts = array("d")
        self._ends = array("d")
        self.total = 0.0
        """How long the covered time is."""

    def add(self, stretches: Iterable[Stretch]) -> None:
        """Covers stretches too, in any order; one that ends before it starts covers nothing."""
        fresh = list(joined(stretches))
        if not fresh:
            return
        starts, ends = self._starts, self._ends
        first = bisect_left(ends, fresh[0][0])
        last = bisect_right(starts, fresh[-1][1], first)
        if first < last:
            self.total -= sum(map(sub, ends[first:last], starts[first:last]))
            known = zip(starts[first:last], ends[first:last], strict=True)
            fresh = list(joined([*known, *fresh]))
        starts[first:last] = array("d", [start for start, _ in fresh])
        ends[first:last] = array("d", [end for _, end in fresh])
        self.total += sum(end - start for start, end in fresh)

    def within(self, start: float, end: float) -> float:
        """How much of the time from `start` to `end` is covered."""
        starts, ends = self._starts, self._ends
        first = bisect_right(ends, start)
        last = bisect_left(starts, end, first)
        if first >= last or end <= start:
            return 0.0
        covered: float = sum(map(sub, ends[first:last], starts[first:last]))
        return covered - max(0.0, start - starts[first]) - max(0.0, ends[last - 1] - end)


def joined(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """The stretches in order, those that touch as one."""
    begin = end = 0.0
    is_begun = False
    for start, stop in sorted(stretches):
        if stop <= start:
            continue
        if is_begun and start <= end:
            end = max(end, stop)
            continue
        if is_begun:
            yield begin, end
        begin, end, is_begun = start, stop, True
    if is_begun:
        yield begin, end
