"""Which lines of a payload have been on the screen."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate


class SeenLines:
    """Which lines of a document have been on the screen, in all and in each section."""

    def __init__(self, lines: Sequence[int]) -> None:
        self._starts = [0, *accumulate(lines)]
        self._marks = bytearray(self._starts[-1])
        self._per_section = [0] * len(lines)
        self.total_seen = 0

    @property
    def total(self) -> int:
        """How many lines there are."""
        return len(self._marks)

    @property
    def to_go(self) -> int:
        """How many have not been on the screen."""
        return self.total - self.total_seen

    @property
    def sections(self) -> int:
        """How many sections there are."""
        return len(self._per_section)

    @property
    def sections_seen(self) -> int:
        """Sections of which any line has been on the screen."""
        return sum(1 for seen in self._per_section if seen)

    @property
    def percent(self) -> int:
        """Whole percent; 100 only when nothing is to go."""
        return self.total_seen * 100 // self.total if self.total else 100

    def add(self, start: int, end: int) -> None:
        """Lines from `start` to before `end` have been on the screen."""
        start, end = max(0, start), min(end, self.total)
        while start < end:
            section = bisect_right(self._starts, start) - 1
            stop = min(end, self._starts[section + 1])
            fresh = self._marks.count(0, start, stop)
            if fresh:
                self._marks[start:stop] = b"\1" * (stop - start)
                self._per_section[section] += fresh
                self.total_seen += fresh
            start = stop

    def count(self, start: int, end: int) -> int:
        """How many lines from `start` to before `end` have been."""
        return self._marks.count(1, max(0, start), max(0, end))
