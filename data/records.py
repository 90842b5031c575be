"""The tables that no relation covers: what each is, and about how many rows it has."""

import re
from typing import NamedTuple

from .. import sql
from . import tables
from .errors import VedetteError
from .record_words import words_for
from .source import Source
from .text import clean


class Record(NamedTuple):
    """One table, or view, of the file that is on no other screen."""

    table: str
    says: str
    """What it is, in a few words; "" where nobody knows."""
    is_view: bool
    rows: int | None
    """None: not counted."""
    is_exact: bool


def read_records(source: Source, *, counts: bool = False) -> tuple[Record, ...]:
    """Every table that none of the relations' views reads, in the order of their names."""
    # The tables of an open file stay: where they change it is opened anew.
    found: tuple[Record, ...] | None = source.memo.get("records")
    if found is None:
        found = source.memo["records"] = tuple(_uncovered(source))
    return tuple(_counted(source, each) for each in found) if counts else found


def _uncovered(source: Source) -> list[Record]:
    covered = {
        table.lower()
        for _, statement in source.select(sql.load("tables/views"))
        for table in re.findall(r"\bmain\.\"?(\w+)", str(statement))
    }
    words = words_for(source.system.name)
    return [
        Record(str(name), words.get(str(name).lower(), ""), kind == "view", None, False)
        for name, kind, _ in source.select(sql.load("tables/all"))
        if str(name).lower() not in covered
    ]


def _counted(source: Source, record: Record) -> Record:
    if record.is_view:
        return record
    try:
        rows, is_exact = tables.count(source, record.table)
    except VedetteError as error:
        return record._replace(says=clean(str(error), 200))
    return record._replace(rows=rows, is_exact=is_exact)
