"""The recorder's statements, and the order in which one batch writes them."""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain, groupby
from typing import Any

from ...sql import load

Entry = tuple[str, Any]
"""A statement's name and its row: a tuple for those in `_TOGETHER`, else a dict."""

# What others refer to comes first. In one batch only the order within a line is kept.
_ORDER = (
    ("run_start",),
    ("agent_start",),
    ("artifact",),
    ("prompt_start",),
    ("tool_start",),
    ("chunk",),
    ("chunk_masked",),
    ("task",),
    ("step",),
    ("schedule",),
    ("watcher",),
    ("rule",),
    ("health",),
    ("check",),
    ("route",),
    ("budget",),
    ("alarm", "alarm_resolve"),
    ("run_status",),
    ("agent_status",),
    ("agent_context",),
    ("prompt_end",),
    ("agent_usage",),
    ("rollup",),
    ("tool_end",),
    ("outcome",),
    ("agent_end",),
    ("run_touch",),
    ("run_end",),
    ("gate_tool", "gate_moved_on"),
    ("event",),
    ("process_beat",),
    ("process_end",),
)
_RANK = {name: rank for rank, names in enumerate(_ORDER) for name in names}
_TOGETHER = frozenset({"chunk", "event"})

_MOST_PARAMETERS = 999
"""The lowest limit SQLite was ever built with."""


def write(connection: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    """Writes entries inside the caller's transaction, equal statements together."""
    for name, group in groupby(in_order(entries), key=lambda entry: entry[0]):
        rows = [row for _, row in group]
        if name in _TOGETHER:
            write_rows(connection, f"records/{name}", rows)
        else:
            connection.executemany(load(f"records/{name}"), rows)


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Entries in the order one batch writes them."""
    return sorted(entries, key=lambda entry: _RANK[entry[0]])


def write_rows(connection: sqlite3.Connection, name: str, rows: Sequence[Sequence[Any]]) -> None:
    """Inserts rows by the one-row INSERT of `name`, values in its order, many to a statement.

    One long statement is twice as fast as many short ones, and gives the GIL away once, not once
    a row: an agent that computes would win it back for 5 ms each time.
    """
    width = _width(name)
    begin = 0
    for count in (_MOST_PARAMETERS // width, 10, 1):
        statement = _for_rows(name, count)
        while len(rows) - begin >= count:
            some = rows[begin : begin + count]
            connection.execute(statement, tuple(chain.from_iterable(some)))
            begin += count


def write_one(connection: sqlite3.Connection, entry: Entry) -> None:
    """Writes one entry inside the caller's transaction."""
    name, row = entry
    if name in _TOGETHER:
        write_rows(connection, f"records/{name}", [row])
    else:
        connection.execute(load(f"records/{name}"), row)


def parameters(name: str) -> tuple[str, ...]:
    """The names a record's statement takes."""
    return tuple(dict.fromkeys(re.findall(r":(\w+)", load(f"records/{name}"))))


def columns(name: str) -> tuple[str, ...]:
    """The columns of the INSERT `name`, in the order its rows hold them."""
    return tuple(re.findall(r":(\w+)", _split(name)[1]))


@cache
def _split(name: str) -> tuple[str, str]:
    head, _, values = load(name).partition("VALUES")
    return head, values.strip().removesuffix(";")


@cache
def _width(name: str) -> int:
    return len(columns(name))


@cache
def _for_rows(name: str, count: int) -> str:
    row = f"({', '.join('?' * _width(name))})"
    return f"{_split(name)[0]}VALUES {', '.join([row] * count)}"
