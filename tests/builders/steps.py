"""What a statement costs, counted where no clock is needed: in steps of SQLite's machine."""

import sqlite3
from collections.abc import Mapping


def steps(
    connection: sqlite3.Connection, sql: str, parameters: Mapping[str, object] | None = None
) -> int:
    """How many instructions SQLite runs for a statement: the same everywhere, whatever the load."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    connection.set_progress_handler(count, 1)
    try:
        connection.execute(sql, parameters or {}).fetchall()
    finally:
        connection.set_progress_handler(None, 0)
    return counted
