"""Aligns two texts into the rows of a diff, in bounded time whatever an agent sends."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

CONTEXT = 3
"""Unchanged lines shown on each side of a change."""

_WORDS_MOST = 400
_ALIGNED_MOST = 4_000_000
"""Pairs of lines one stretch may have to be aligned line by line; above it, it is all replaced."""

_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_HEADER = ("diff ", "index ", "--- ", "+++ ", "new file", "deleted file", "rename ", "old mode")
_HEADING = re.compile(
    r"(?:export |pub |public |async |static )*"
    r"(?:def|class|fn|func|function|impl|struct|enum|trait|interface|type|module|package)\b"
    r"|#{1,6} |\[[\w.\" -]{1,60}\]"
)
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")

NO_NEWLINE = "no newline at the end of the file"


class Row(NamedTuple):
    """One whole line of a document, before it is cleaned and wrapped."""

    text: str
    sign: str = " "
    """`-` removed, `+` added, a blank for what stays, `\\` for a remark."""
    old_no: int | None = None
    new_no: int | None = None
    partner: str | None = None
    """The line this one was changed from or to: what differs is marked."""
    is_gap: bool = False
    """Stands for lines left out because they are the same before and after."""
    words: tuple[tuple[int, int], ...] = ()
    """Marks known beforehand, as offsets in the cleaned text."""


class Diff(NamedTuple):
    """The rows of one file's change, and how many lines it adds and removes."""

    rows: list[Row]
    added: int
    removed: int


def compare(before: str | None, after: str | None) -> Diff:
    """The change from `before` to `after`; None: there is no such file on that side.

    Where nothing differs every line is shown: an agent that names a file means something by it.
    """
    old, new = lines(before), lines(after)
    changes = [stretch for stretch in _stretches(old, new) if stretch.is_change]
    if not changes and _ends_alike(before, after):
        rows = [Row(text, " ", no, no) for no, text in enumerate(new, start=1)]
        return Diff(rows, 0, 0)
    rows = list(_shown(old, new, changes))
    rows += _endings(before, after)
    added = sum(change.new_end - change.new for change in changes)
    removed = sum(change.old_end - change.old for change in changes)
    return Diff(rows, added, removed)


def read_unified(diff: str) -> Diff:
    """The rows of a unified diff, every line of it, also those that no diff should hold."""
    reader = _UnifiedReader()
    rows = [reader.row(line) for line in lines(diff)]
    signs = Counter(row.sign for row in rows)
    return Diff(_partnered(rows), signs["+"], signs["-"])


def changed_words(text: str, partner: str) -> tuple[tuple[int, int], ...]:
    """Offsets in `text` of what `partner` does not have; nothing where the two have little alike.

    Words are compared, so that a changed name is marked whole.
    """
    from difflib import SequenceMatcher  # 7 ms, and only a review compares lines

    ours, theirs = _TOKEN.findall(text), _TOKEN.findall(partner)
    if not ours or not theirs or max(len(ours), len(theirs)) > _WORDS_MOST:
        return ()
    matcher = SequenceMatcher(None, ours, theirs)
    if matcher.ratio() < 0.4:
        return ()
    ends = [0]
    for token in ours:
        ends.append(ends[-1] + len(token))
    return tuple(
        (ends[start], ends[end])
        for tag, start, end, _, _ in matcher.get_opcodes()
        if tag != "equal" and end > start
    )


class _Stretch(NamedTuple):
    """Lines `old:old_end` became lines `new:new_end`; equal ones where it is no change."""

    is_change: bool
    old: int
    old_end: int
    new: int
    new_end: int


def lines(text: str | None) -> list[str]:
    """The text's lines. Split at newlines only: programs keep the other marks splitlines knows."""
    if not text:
        return []
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


def _ends_alike(before: str | None, after: str | None) -> bool:
    return (before or "").endswith("\n") == (after or "").endswith("\n")


def _endings(before: str | None, after: str | None) -> Iterator[Row]:
    """Says where the last newline is missing: on one side only, or in a new file."""
    if before is not None and _ends_alike(before, after):
        return
    if before and not before.endswith("\n"):
        yield Row(f"before: {NO_NEWLINE}", "\\")
    if after and not after.endswith("\n"):
        yield Row(f"after: {NO_NEWLINE}", "\\")


def _stretches(old: list[str], new: list[str]) -> Iterator[_Stretch]:
    start, most = 0, min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    tail = 0
    while tail < most - start and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    old_end, new_end = len(old) - tail, len(new) - tail
    yield from _between_anchors(old, new, _Stretch(True, start, old_end, start, new_end))


def _between_anchors(old: list[str], new: list[str], whole: _Stretch) -> Iterator[_Stretch]:
    """Cuts the stretch at lines that stand once on both sides, so that no piece is large."""
    at, to = whole.old, whole.new
    for anchor_old, anchor_new in _anchors(old, new, whole):
        yield from _aligned(old, new, _Stretch(True, at, anchor_old, to, anchor_new))
        at, to = anchor_old + 1, anchor_new + 1
    yield from _aligned(old, new, _Stretch(True, at, whole.old_end, to, whole.new_end))


def _anchors(old: list[str], new: list[str], whole: _Stretch) -> list[tuple[int, int]]:
    """Lines that stand exactly once on each side, in the longest order both sides agree on."""
    theirs = _single(new, whole.new, whole.new_end)
    ours = _single(old, whole.old, whole.old_end)
    pairs = [(at, theirs[line]) for line, at in ours.items() if line in theirs]
    tops: list[int] = []
    tops_at: list[int] = []
    previous: list[int] = []
    for index, (_, to) in enumerate(pairs):
        place = bisect_left(tops, to)
        previous.append(tops_at[place - 1] if place else -1)
        tops[place : place + 1] = [to]
        tops_at[place : place + 1] = [index]
    anchors = []
    index = tops_at[-1] if tops_at else -1
    while index >= 0:
        anchors.append(pairs[index])
        index = previous[index]
    return anchors[::-1]


def _single(lines: list[str], start: int, end: int) -> dict[str, int]:
    counts = Counter(lines[start:end])
    return {lines[at]: at for at in range(start, end) if counts[lines[at]] == 1}


def _aligned(old: list[str], new: list[str], part: _Stretch) -> Iterator[_Stretch]:
    height, width = part.old_end - part.old, part.new_end - part.new
    if not height and not width:
        return
    if height == width == 1:
        yield part._replace(is_change=old[part.old] != new[part.new])
        return
    if not height or not width or not _is_alignable(old, new, part):
        yield part
        return
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, old[part.old : part.old_end], new[part.new : part.new_end])
    for tag, start, end, to, to_end in matcher.get_opcodes():
        yield _Stretch(
            tag != "equal", part.old + start, part.old + end, part.new + to, part.new + to_end
        )


def _is_alignable(old: list[str], new: list[str], part: _Stretch) -> bool:
    """Whether aligning stays quick: few pairs of lines, and few lines equal to many others."""
    height, width = part.old_end - part.old, part.new_end - part.new
    if height * width > _ALIGNED_MOST:
        return False
    counts = Counter(new[part.new : part.new_end])
    matches = sum(counts[line] for line in old[part.old : part.old_end])
    return matches * min(height, width) <= _ALIGNED_MOST


def _shown(old: list[str], new: list[str], changes: Sequence[_Stretch]) -> Iterator[Row]:
    """The changes with their context, and a gap in place of what lies far from any of them."""
    at, shift = 0, 0
    for number, change in enumerate(changes):
        first = max(at, change.old - CONTEXT)
        if first > at:
            yield _gap(old, first - at, first)
        yield from _context(old, first, change.old, shift)
        yield from _changed(old, new, change)
        shift = change.new_end - change.old_end
        following = changes[number + 1].old if number + 1 < len(changes) else len(old)
        at = min(change.old_end + CONTEXT, following)
        yield from _context(old, change.old_end, at, shift)
    if at < len(old):
        yield _gap(old, len(old) - at, None)


def _context(old: list[str], start: int, end: int, shift: int) -> Iterator[Row]:
    for index in range(start, end):
        yield Row(old[index], " ", index + 1, index + 1 + shift)


def _changed(old: list[str], new: list[str], change: _Stretch) -> Iterator[Row]:
    removed = old[change.old : change.old_end]
    added = new[change.new : change.new_end]
    pairs = len(removed) == len(added)
    for index, text in enumerate(removed):
        yield Row(text, "-", change.old + index + 1, None, added[index] if pairs else None)
    for index, text in enumerate(added):
        yield Row(text, "+", None, change.new + index + 1, removed[index] if pairs else None)


def _gap(old: list[str], count: int, end: int | None) -> Row:
    """`31 unchanged lines`, and the heading the lines after the gap stand under."""
    told = f"{count:,} unchanged {'line' if count == 1 else 'lines'}"
    if end is not None:
        for index in range(end - 1, end - 1 - count, -1):
            if _HEADING.match(old[index]):
                return Row(f"{told}   {old[index]}", is_gap=True)
    return Row(told, is_gap=True)


class _UnifiedReader:
    """Follows the numbers of a unified diff from line to line."""

    def __init__(self) -> None:
        self._old, self._new = 0, 0
        self._old_left, self._new_left = 0, 0
        self._is_in_hunk = False

    def row(self, line: str) -> Row:
        if self._old_left <= 0 and self._new_left <= 0:
            if hunk := _HUNK.match(line):
                return self._start(hunk, line)
            if line.startswith(_HEADER):
                self._is_in_hunk = False
        if not self._is_in_hunk:
            return Row(line)
        return self._step(line)

    def _start(self, hunk: re.Match[str], line: str) -> Row:
        old, old_count, new, new_count = hunk.groups()
        self._old, self._new = int(old), int(new)
        self._old_left = int(old_count) if old_count is not None else 1
        self._new_left = int(new_count) if new_count is not None else 1
        self._is_in_hunk = True
        return Row(line, is_gap=True)

    def _step(self, line: str) -> Row:
        sign, text = line[:1] or " ", line[1:]
        old, new = self._old, self._new
        if sign == "\\":
            return Row(text.strip(), "\\")
        if sign not in "-+ ":
            return Row(line)
        if sign != "+":
            self._old += 1
            self._old_left -= 1
        if sign != "-":
            self._new += 1
            self._new_left -= 1
        return Row(text, sign, old if sign != "+" else None, new if sign != "-" else None)


def _partnered(rows: list[Row]) -> list[Row]:
    """Gives each removed line the added one in its place, where a run has as many of both."""
    at = 0
    while at < len(rows):
        removed_end = _run_end(rows, at, "-")
        added_end = _run_end(rows, removed_end, "+")
        height = removed_end - at
        if height and added_end - removed_end == height:
            for index in range(at, removed_end):
                old, new = rows[index], rows[index + height]
                rows[index] = old._replace(partner=new.text)
                rows[index + height] = new._replace(partner=old.text)
        at = max(added_end, at + 1)
    return rows


def _run_end(rows: list[Row], start: int, sign: str) -> int:
    end = start
    while end < len(rows) and rows[end].sign == sign:
        end += 1
    return end
