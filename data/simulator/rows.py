"""Whole rows for the recorder's bulk door, written as fields by name."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..recorder import Recorder

Fields = Mapping[str, Any]


def insert(recorder: Recorder, tables: Mapping[str, Iterable[Fields]]) -> int:
    """Inserts rows of several tables in one transaction; what is not named is NULL; how many."""
    return recorder.bulk({table: tuples(table, rows) for table, rows in tables.items()})


def tuples(table: str, rows: Iterable[Fields]) -> list[tuple[Any, ...]]:
    """Rows as `Recorder.bulk` takes them."""
    columns = Recorder.bulk_columns(table)
    return [tuple(map(row.get, columns)) for row in rows]
