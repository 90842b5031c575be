"""A payload laid out as lines: every one of them can be seen, none is cut, none is made twice."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple, overload

from . import diffing
from .diffing import Row
from .text import clean

TAB = 4
_LONG = 10_000
"""Characters from which a line is cleaned piece by piece, without marks: 10 MB stay quick."""


class DocLine(NamedTuple):
    """One line as it stands on the screen; a longer line of the payload makes several."""

    old_no: int | None
    new_no: int | None
    sign: str
    """`-` removed, `+` added, blank for what stays, `\\` for a remark about the line above."""
    text: str
    """Clean, and no wider than the document."""
    words: tuple[tuple[int, int], ...] = ()
    """Offsets in `text` to mark: changed words, what a shell expands."""
    is_context_gap: bool = False
    is_continued: bool = False
    """Goes on with the line above, which was too long."""


class Lines(Sequence[DocLine]):
    """The lines of a section, made when they are asked for: a payload may have a million of them.

    Rows that are plain texts stand for rows of nothing else.
    """

    def __init__(self, rows: Sequence[Row | str], width: int) -> None:
        self._rows = rows
        self._width = width
        texts = [row if isinstance(row, str) else row.text for row in rows]
        self._starts = [0, *accumulate(_heights(texts, width))]
        self._drawn_row = -1
        self._drawn = _Drawn(Row(""), "", (), ())

    def __len__(self) -> int:
        return self._starts[-1]

    @overload
    def __getitem__(self, index: int) -> DocLine: ...
    @overload
    def __getitem__(self, index: slice) -> list[DocLine]: ...
    def __getitem__(self, index: int | slice) -> DocLine | list[DocLine]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(index)
        row = self.row_at(at)
        if row != self._drawn_row:
            self._drawn, self._drawn_row = _draw(self._rows[row], self._width), row
        return self._drawn.line(at - self._starts[row])

    def row_at(self, line: int) -> int:
        """Which whole line of the payload the line at this place belongs to."""
        return bisect_right(self._starts, line) - 1

    def lines_of(self, row: int) -> range:
        """The places of the lines that one whole line of the payload takes."""
        return range(self._starts[row], self._starts[row + 1])

    @property
    def rows(self) -> int:
        """How many whole lines of the payload these are."""
        return len(self._rows)


@dataclass(frozen=True)
class Section:
    """One part of a payload: a file, a command, a request, a statement, or the rest of it."""

    title: str
    kind: str
    """file, command, http, sql, json, text or rest."""
    added: int
    removed: int
    lines: Lines
    remarks: tuple[str, ...] = ()
    """What a reader must not miss, each in a few words; inferred from the text."""


@dataclass(frozen=True)
class Document:
    """A payload as sections of lines; together they show all of it."""

    sections: tuple[Section, ...]
    shape: str
    """The first section's kind: what a gate of this payload is about."""
    text: str
    """The payload as it is written."""
    width: int

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each section begins, counted in lines of the whole document, and the total."""
        return (0, *accumulate(len(section.lines) for section in self.sections))

    @property
    def total(self) -> int:
        """How many lines there are to see."""
        return self.starts[-1]

    def section_at(self, line: int) -> int:
        """The section the line at this place of the whole document belongs to."""
        return min(bisect_right(self.starts, line) - 1, len(self.sections) - 1)

    def line(self, line: int) -> DocLine:
        """The line at this place of the whole document."""
        section = self.section_at(line)
        return self.sections[section].lines[line - self.starts[section]]

    @cached_property
    def raw(self) -> Section:
        """The payload as it is written, line by line."""
        return Section("raw", "text", 0, 0, Lines(diffing.lines(self.text), self.width))


def carry_seen(old: Document, new: Document, is_seen: Callable[[int], bool]) -> Iterator[int]:
    """The lines of `new` that stand for payload lines seen whole in `old`.

    For a document set again at another width; nothing is carried to another payload.
    """
    if old.text != new.text:
        return
    for number, section in enumerate(old.sections):
        theirs = new.sections[number].lines
        for row in range(section.lines.rows):
            ours = section.lines.lines_of(row)
            if all(is_seen(old.starts[number] + line) for line in ours):
                yield from (new.starts[number] + line for line in theirs.lines_of(row))


class _Drawn(NamedTuple):
    """One whole line, clean unless it is long, and where it is cut."""

    row: Row
    text: str
    cuts: Sequence[int]
    words: tuple[tuple[int, int], ...]

    def line(self, piece: int) -> DocLine:
        """One piece: numbers stand on the first, the sign on all of them."""
        start = self.cuts[piece - 1] if piece else 0
        end = self.cuts[piece] if piece < len(self.cuts) else len(self.text)
        return DocLine(
            None if piece else self.row.old_no,
            None if piece else self.row.new_no,
            self.row.sign,
            clean(self.text[start:end]) if len(self.text) > _LONG else self.text[start:end],
            tuple(_clipped(self.words, start, end)),
            self.row.is_gap,
            piece > 0,
        )


def _draw(row: Row | str, width: int) -> _Drawn:
    row = Row(row) if isinstance(row, str) else row
    text = _visible(row.text, row.sign)
    words = row.words if len(text) <= _LONG else ()
    if row.partner is not None and len(text) <= _LONG >= len(row.partner):
        words = diffing.changed_words(text, _visible(row.partner, row.sign))
    return _Drawn(row, text, _cuts(text, width), words)


def _heights(texts: list[str], width: int) -> list[int]:
    """How many lines each text takes; a mark in it is as wide as what it marks."""
    return [
        -(-len(text) // width) or 1
        if text.isascii() and text.isprintable()
        else len(_cuts(_visible(text, " "), width)) + 1
        for text in texts
    ]


def _clipped(words: tuple[tuple[int, int], ...], start: int, end: int) -> Iterator[tuple[int, int]]:
    for at, to in words:
        if at < end and to > start:
            yield max(at, start) - start, min(to, end) - start


def _visible(text: str, sign: str) -> str:
    """The text, clean; in a changed line its tabs and trailing blanks are shown."""
    is_changed = sign in ("-", "+")
    trailing = len(text) - len(text.rstrip(" ")) if is_changed else 0
    if "\t" in text:
        text = _with_tabs(text, "→" if is_changed else " ")
    if len(text) <= _LONG:
        text = clean(text, len(text) + 1)
    return text[: len(text) - trailing] + "·" * trailing


def _with_tabs(text: str, mark: str) -> str:
    """The text with each tab as `mark` and blanks up to the next stop."""
    parts = text.split("\t")
    line = parts[0]
    column = len(parts[0])
    pieces = [line]
    for part in parts[1:]:
        blanks = TAB - column % TAB - 1
        pieces.append(mark + " " * blanks + part)
        column += 1 + blanks + len(part)
    return "".join(pieces)


def _cuts(text: str, width: int) -> Sequence[int]:
    """Where a text is cut so that no piece is wider than `width` cells."""
    if text.isascii():
        return range(width, len(text), width)
    if len(text) > _LONG:
        # No letter is wider than two cells.
        return range(width // 2, len(text), width // 2)
    from unicodedata import east_asian_width

    cuts, used = [], 0
    for at, letter in enumerate(text):
        cells = 2 if letter > "\u10ff" and east_asian_width(letter) in "WF" else 1
        if used + cells > width:
            cuts.append(at)
            used = 0
        used += cells
    return cuts
