"""Words in a source's columns that its documents do not list: how often, and in which column.

They are shown as they are written, and a status of them is never taken for done. Only a table's
newest rows are looked through, and not at every look: a read stays short whatever the file holds.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .. import sql
from . import tables
from .source import Source
from .systems.system import Tables, read_tables
from .systems.words import words_of
from .text import clean

NEWEST = 1_000
"""Rows of a table that are looked through."""

TABLES = 3
"""Tables that are looked through at one look: of a large file each is a page from the disk."""

RENEWED_SECONDS = 10.0
MOST = 40
"""Words that are told apart; the others are still counted."""

LONGEST = 40


class UnknownWords(NamedTuple):
    """What the newest rows of a source's tables hold that Vedette does not know."""

    rows: int
    """Places of a row that hold such a word."""
    words: tuple[tuple[str, str, int], ...]
    """The column as `table.column`, the word, and how often; the most frequent first."""
    is_behind: bool = False
    """Some tables were never looked through yet: another look brings them."""

    def said(self) -> str:
        """All of it in a line: `workflows.status 'parked' ×3`."""
        told = [f"{column} '{word}' ×{count}" for column, word, count in self.words]
        left = self.rows - sum(count for _, _, count in self.words)
        return ", ".join(told + [f"{left} more"] * (left > 0))


NOTHING = UnknownWords(0, ())
"""Only words that are known."""


@dataclass
class _Round:
    """One going through all tables, a few at a look."""

    began: float
    left: list[str]
    words: Counter[tuple[str, str]] = field(default_factory=Counter)


def read_unknown_words(source: Source, now: float) -> UnknownWords:
    """The words among the newest rows, as far as they are looked through; anew after a while."""
    listed = words_of(source.system.name, source.system.variant)
    last: _Round | None = source.memo.get("unknown words")
    if last is None or (not last.left and not 0 <= now - last.began < RENEWED_SECONDS):
        there = read_tables(source.connection)
        source.memo["known columns"] = there
        last = source.memo["unknown words"] = _Round(
            now, [name for name in listed if name in there]
        )
    for table in last.left[:TABLES]:
        last.words += _unknown(source, table, listed[table])
    last.left = last.left[TABLES:]
    if not last.left:
        told = tuple((column, word, n) for (column, word), n in last.words.most_common(MOST))
        source.memo["unknown words told"] = UnknownWords(last.words.total(), told)
    told_last: UnknownWords = source.memo.get("unknown words told", UnknownWords(0, (), True))
    return told_last


def _unknown(
    source: Source, table: str, listed: Mapping[str, tuple[str, ...]]
) -> Counter[tuple[str, str]]:
    there: Tables = source.memo["known columns"]
    columns = [column for column in listed if column in there[table]]
    words: Counter[tuple[str, str]] = Counter()
    for *row, count in _combinations(source, table, columns):
        for column, value in zip(columns, row, strict=True):
            if value is not None and value not in listed[column]:
                words[f"{table}.{column}", clean(str(value), LONGEST)] += int(str(count))
    return words


def _combinations(source: Source, table: str, columns: list[str]) -> list[tuple[object, ...]]:
    key = tables.row_number(source, table) if columns else None
    if key is None:
        # Without a row number there is no newest row; no known system makes such a table.
        return []
    names = ", ".join(map(tables.quoted, columns))
    statement = sql.load("systems/newest_words")
    statement = statement.format(columns=names, table=tables.quoted(table), key=key)
    return source.select(statement, limit=NEWEST)
