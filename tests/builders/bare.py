"""Vedette's tables as anybody could have made them: no type, no check, no key, any value."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.builders.vedette import NOW, build_fleet

Change = Callable[[str, str, Any, int], Any]
"""Table, column, the value that stood there and the row's number: the value to put there."""


def build_bare(path: Path, change: Change, *, now: float = NOW, rows: int = 3) -> None:
    """The pictures' fleet with `rows` of each table, each of their values changed."""
    whole = path.with_name(f"whole-{path.name}")
    build_fleet(whole, now)
    with closing(sqlite3.connect(whole)) as source, closing(sqlite3.connect(path)) as bare:
        bare.execute("PRAGMA journal_mode = WAL").fetchall()
        for table in _tables(source):
            _copy(source, bare, table, change, rows)
        bare.commit()
    for each in path.parent.glob(f"{whole.name}*"):
        each.unlink()


def _tables(source: sqlite3.Connection) -> list[str]:
    named = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return [name for (name,) in source.execute(named).fetchall()]


def _copy(
    source: sqlite3.Connection, bare: sqlite3.Connection, table: str, change: Change, rows: int
) -> None:
    columns = [row[1] for row in source.execute(f'PRAGMA table_info("{table}")')]
    names = ", ".join(f'"{column}"' for column in columns)
    bare.execute(f'CREATE TABLE "{table}" ({names})')
    found = source.execute(f'SELECT {names} FROM "{table}" LIMIT ?', [rows]).fetchall()  # noqa: S608
    changed = [
        [change(table, column, value, number) for column, value in zip(columns, row, strict=True)]
        for number, row in enumerate(found)
    ]
    marks = ", ".join("?" for _ in columns)
    bare.executemany(f'INSERT INTO "{table}" VALUES ({marks})', changed)  # noqa: S608
