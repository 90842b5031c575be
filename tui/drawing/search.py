"""Finds words in rows that were laid out, also where a word or phrase runs over two rows."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ...data.filters import Filter
from ..line import Line, Span
from .prose import cut_out


class Mark(NamedTuple):
    """A stretch of a row to be shown in reverse, in characters of its text."""

    row: int
    start: int
    end: int


Hit = tuple[Mark, ...]
"""One occurrence: a stretch of a row, or of several."""


def words_of(sought: Filter) -> tuple[str, ...]:
    """The words of a filter that stand in a text as they were typed."""
    return tuple(
        term.value
        for groups in sought.alternatives
        for group in groups
        for term in group.options
        if not (term.field or term.negated or group.negated or term.operator == "err")
        and term.value.isprintable()
        and not set(term.value) & set("*?")
    )


def pattern_of(words: Iterable[str]) -> re.Pattern[str] | None:
    """What finds any of the words; a blank in one is any blank, also a row's end."""
    escaped = [r"\s+".join(map(re.escape, word.split())) for word in words if word.strip()]
    return re.compile("|".join(escaped), re.IGNORECASE) if escaped else None


def count(text: str, words: Iterable[str]) -> int:
    """How often any of the words stands in a text that is in lower case and has no line ends."""
    return sum(text.count(" ".join(word.lower().split())) for word in words if word.strip())


def find(rows: Sequence[Line], pattern: re.Pattern[str]) -> list[Hit]:
    """Every occurrence in the rows, in order."""
    starts: list[tuple[int, int]] = []
    pieces: list[str] = []
    at = 0
    for row in rows:
        text = "".join(text for text, _ in row.spans)
        margin = len(text) - len(text.lstrip(" "))
        piece = text.strip(" ")
        starts.append((at, margin))
        pieces.append(piece)
        at += len(piece) + 1
    joined = " ".join(pieces)
    return [_hit(match.span(), starts, pieces) for match in pattern.finditer(joined)]


def by_row(hits: Iterable[Hit]) -> dict[int, list[Mark]]:
    """The stretches of all hits by their row."""
    rows: dict[int, list[Mark]] = {}
    for hit in hits:
        for mark in hit:
            rows.setdefault(mark.row, []).append(mark)
    return rows


def _hit(span: tuple[int, int], starts: Sequence[tuple[int, int]], pieces: Sequence[str]) -> Hit:
    first = bisect_right(starts, (span[0], 1 << 30)) - 1
    marks: list[Mark] = []
    for row in range(first, len(starts)):
        at, margin = starts[row]
        if at >= span[1]:
            break
        start, end = max(span[0], at) - at, min(span[1], at + len(pieces[row])) - at
        if end > start:
            marks.append(Mark(row, margin + start, margin + end))
    return tuple(marks)


def marked(line: Line, marks: Iterable[Mark]) -> Line:
    """The row with stretches in reverse."""
    spans: list[Span] = []
    at = 0
    for mark in sorted(marks):
        spans += cut_out(line.spans, at, mark.start)
        found = cut_out(line.spans, mark.start, mark.end)
        spans += [(text, f"{token} reverse") for text, token in found]
        at = mark.end
    spans += cut_out(line.spans, at, sum(len(text) for text, _ in line.spans))
    return line._replace(spans=tuple(spans))
