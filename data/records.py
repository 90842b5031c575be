"""The tables whose rows are on no screen: what each is, and about how many rows it has."""

import re
from typing import NamedTuple

from .. import sql
from . import tables
from .errors import VedetteError
from .record_words import in_part, words_for
from .source import Source
from .text import clean


class Record(NamedTuple):
    """One table, or view, of the file whose rows are on no other screen."""

    table: str
    says: str
    """What it is, in a few words; "" where nobody knows."""
    is_view: bool
    rows: int | None
    """None: not counted."""
    is_exact: bool
    elsewhere: str = ""
    """What of it another screen shows."""


def read_records(source: Source, *, counts: bool = False) -> tuple[Record, ...]:
    """Every table that no relation's view reads, or of which none shows the rows, by name.

    Once they are counted those without rows come last.
    """
    # The tables of an open file stay: where they change it is opened anew.
    found: tuple[Record, ...] | None = source.memo.get("records")
    if found is None:
        found = source.memo["records"] = tuple(_uncovered(source))
    if not counts:
        return found
    counted = [_counted(source, each) for each in found]
    return tuple(sorted(counted, key=lambda record: record.rows == 0))


def _uncovered(source: Source) -> list[Record]:
    covered = {
        table.lower()
        for _, statement in source.select(sql.load("tables/views"))
        for table in re.findall(r"\bmain\.\"?(\w+)", str(statement))
    }
    words, parts = words_for(source.system.name), in_part(source.system.name)
    return [
        Record(
            table=str(name),
            says=words.get(str(name).lower(), ""),
            is_view=kind == "view",
            rows=None,
            is_exact=False,
            elsewhere=parts.get(str(name).lower(), ""),
        )
        for name, kind, _ in source.select(sql.load("tables/all"))
        if str(name).lower() not in covered or str(name).lower() in parts
    ]


def _counted(source: Source, record: Record) -> Record:
    if record.is_view:
        return record
    try:
        rows, is_exact = tables.count(source, record.table)
    except VedetteError as error:
        return record._replace(says=clean(str(error), 200))
    return record._replace(rows=rows, is_exact=is_exact)
