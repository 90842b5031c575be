"""Every table of the open source as it stands, paged by key, and `:sql` within a time limit."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .. import sql
from .errors import SourceError, UsageError, VedetteError
from .links import undeclared
from .record_words import words_for
from .source import Source

COUNTED = 10_000
"""Rows counted exactly; a larger table's number is about right and says so."""

PAGE = 200
SQL_ROWS = 1_000
SQL_SECONDS = 5.0
HELD = 1_000
"""Rows that point at one row, counted no further."""

HELD_SECONDS = 0.3
"""How long the rows of one foreign key are counted."""

_ORDERS = ("sequence", "position", "version_number", "step_index")
"""Columns by which a table orders the rows that belong together."""

Value = str | int | float | bytes | None
Key = tuple[Value, ...]


class Column(NamedTuple):
    """One column as its table declares it."""

    name: str
    type: str
    not_null: bool
    primary: int
    """Its place in the primary key, from 1; 0: none."""
    references: tuple[str, str] | None
    """Table and column a foreign key points at."""


class Referrer(NamedTuple):
    """A foreign key of some table that points here."""

    table: str
    column: str
    target: str
    """The column here that it holds."""


class Index(NamedTuple):
    """One index of a table."""

    name: str
    columns: tuple[str, ...]
    unique: bool
    partial: bool


class Table(NamedTuple):
    """One table or view."""

    name: str
    is_view: bool
    rows: int | None
    """None: it cannot be counted cheaply."""
    is_exact: bool
    columns: tuple[Column, ...]
    indexes: tuple[Index, ...]
    error: str = ""
    says: str = ""
    """What it holds, in a few words; "" where nobody knows."""


@dataclass(frozen=True)
class TablesFacts:
    """All tables of a source, and what was looked for in one that nobody knows."""

    tables: tuple[Table, ...]
    looked_for: tuple[str, ...]
    lacks: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """Rows of one table or statement, as the file holds them."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    keys: tuple[Key, ...]
    """Each row's key, for the page after or before it; empty for a statement."""
    more_after: bool = False
    more_before: bool = False
    took_ms: float = 0.0
    declared: tuple[Column, ...] = ()
    """The columns as the table declares them; empty for a statement."""
    referrers: tuple[Referrer, ...] = ()
    """Foreign keys of other tables that point at this one's rows."""
    where: str = ""
    """Of a part of a table, what its rows have in common."""


def read_tables(source: Source, now: float) -> TablesFacts:
    """Every table with its columns and indexes; no table is scanned."""
    names = source.select(sql.load("tables/all"))
    tables = tuple(_table(source, str(name), kind == "view") for name, kind, _ in names)
    lacks = tuple(sorted(source.lacks.items()))
    return TablesFacts(tables, source.system.looked_for, lacks)


def read_page(
    source: Source, table: str, *, after: Key = (), before: Key = (), limit: int = PAGE
) -> Page:
    """One page of a table: the first, or the one after or before a key, in the key's order."""
    columns, is_view = _columns(source, table), _is_view(source, table)
    if is_view:
        statement = sql.load("tables/view_page").format(table=quoted(table))
        rows = source.select(statement, limit=limit + 1)
        names = tuple(column.name for column in columns)
        return Page(table, names, tuple(rows[:limit]), (), len(rows) > limit, declared=columns)
    key = _key_columns(source, table, columns)
    statement = sql.load("tables/page").format(
        key=", ".join(key),
        table=quoted(table),
        after=_comparison(key, "<" if before else ">", bool(after or before)),
        order=", ".join(f"{column} DESC" if before else column for column in key),
    )
    parameters = {f"k{index}": value for index, value in enumerate(before or after)}
    rows = source.select(statement, limit=limit + 1, **parameters)
    more, rows = len(rows) > limit, rows[:limit]
    if before:
        rows.reverse()
    keys = tuple(row[: len(key)] for row in rows)
    return Page(
        title=table,
        columns=tuple(column.name for column in columns),
        rows=tuple(row[len(key) :] for row in rows),
        keys=keys,
        more_after=bool(before) or more,
        more_before=more if before else bool(after),
        declared=columns,
        referrers=referrers(source, table),
    )


def read_row(source: Source, table: str, column: str, value: Value) -> Page:
    """The one row whose `column` holds `value`: where a foreign key points."""
    return _found(source, "tables/row", table, column, value, limit=1)


def read_referring(
    source: Source, table: str, column: str, value: Value, limit: int = PAGE
) -> Page:
    """The rows of `table` whose foreign key `column` holds `value`."""
    return _found(source, "tables/referring", table, column, value, limit=limit)


def _found(source: Source, name: str, table: str, column: str, value: Value, *, limit: int) -> Page:
    columns = _columns(source, table)
    if not columns:
        raise UsageError(f"there is no table {table}", "`vedette tables` lists them")
    key = _key_columns(source, table, columns)
    own = [quoted(each.name) for each in columns if each.name.lower() in _ORDERS]
    statement = sql.load(name).format(
        key=", ".join(key),
        table=quoted(table),
        column=quoted(column),
        order=", ".join([*own[:1], *key]),
    )
    given = {"value": value} | ({"limit": limit + 1} if limit > 1 else {})
    with source.limited(SQL_SECONDS):
        rows = source.select(statement, **given)
    cut = len(key)
    return Page(
        title=table,
        columns=tuple(each.name for each in columns),
        rows=tuple(row[cut:] for row in rows[:limit]),
        # Paging on from a part of a table would leave the part.
        keys=(),
        more_after=len(rows) > limit,
        declared=columns,
        referrers=referrers(source, table),
        where=f"{column} = {value!r}" if limit > 1 else "",
    )


def count_held(
    source: Source, columns: Sequence[str], row: Sequence[Value], referring: Sequence[Referrer]
) -> dict[Referrer, int]:
    """How many rows point at this one by each foreign key, up to `HELD`.

    What no index finds is counted for `HELD_SECONDS` at most, and left out where that is not
    enough.
    """
    names = [name.lower() for name in columns]
    counts: dict[Referrer, int] = {}
    for refers in referring:
        if refers.target.lower() not in names:
            continue
        value = row[names.index(refers.target.lower())]
        try:
            with source.limited(HELD_SECONDS):
                found = held(source, refers.table, refers.column, value)
        except SourceError as error:
            if error.kind != "slow":
                raise
        else:
            counts[refers] = sum(count for _, count in found)
    return counts


def held(
    source: Source, table: str, column: str, value: Value, word: str = ""
) -> list[tuple[str | None, int]]:
    """How many rows of a table hold a value, for each word in their column `word`."""
    statement = sql.load("tables/held").format(
        table=quoted(table), column=quoted(column), word=quoted(word) if word else "NULL"
    )
    rows = source.select(statement, value=value, limit=HELD)
    return [(None if found is None else str(found), int(count)) for found, count in rows]


def is_found_by_index(source: Source, table: str, column: str) -> bool:
    """Whether the rows that hold a value can be had without passing over the others."""
    statement = sql.load("tables/held_plan").format(table=quoted(table), column=quoted(column))
    return all(str(step[3]).startswith("SEARCH") for step in source.select(statement, value=""))


def run_sql(
    source: Source, statement: str, *, limit: int = SQL_ROWS, seconds: float = SQL_SECONDS
) -> Page:
    """The rows of one read-only statement, within a time limit.

    Raises UsageError for a statement SQLite refuses, SourceError `slow` for one that takes longer.
    """
    try:
        with source.limited(seconds):
            cursor = source.connection.execute(statement)
            rows = cursor.fetchmany(limit + 1)
            names = tuple(str(column[0]) for column in cursor.description or ())
            cursor.close()
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise UsageError(f"SQLite says: {_why(error, seconds)}", "one reading statement") from None
    return Page("sql", names, tuple(rows[:limit]), (), more_after=len(rows) > limit)


def count(source: Source, table: str) -> tuple[int | None, bool]:
    """How many rows a table has, and whether that is exact; None: it cannot be counted cheaply."""
    return _count(source, table, _columns(source, table), False)


def column_names(source: Source, table: str) -> tuple[str, ...]:
    """A table's columns, in its order."""
    return tuple(column.name for column in _columns(source, table))


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def _why(error: Exception, seconds: float) -> str:
    code = getattr(error, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_INTERRUPT:
        return f"stopped after {seconds:g} s"
    if code == sqlite3.SQLITE_AUTH:
        return "only reading is allowed here"
    return str(error)


def _table(source: Source, name: str, is_view: bool) -> Table:
    try:
        columns = _columns(source, name)
        rows, is_exact = _count(source, name, columns, is_view)
        says = words_for(source.system.name).get(name.lower(), "")
        indexes = _indexes(source, name)
        return Table(name, is_view, rows, is_exact, columns, indexes, says=says)
    except VedetteError as error:
        # One broken table must not hide the others.
        return Table(name, is_view, None, False, (), (), str(error))


def _count(
    source: Source, name: str, columns: Sequence[Column], is_view: bool
) -> tuple[int | None, bool]:
    if is_view:
        # A view may be any join: even its first rows can take a scan.
        return None, False
    # What was large once is taken for large until the file is opened again.
    large: set[str] = source.memo.setdefault("large tables", set())
    if name not in large:
        statement = sql.load("tables/few").format(table=quoted(name))
        few = int(source.select(statement, limit=COUNTED + 1)[0][0])
        if few <= COUNTED:
            return few, True
        large.add(name)
    key = _row_number(source, name, columns)
    if key is None:
        return None, False
    highest = sql.load("tables/highest").format(table=quoted(name), key=key)
    found = source.select(highest)[0][0]
    if found is None:
        large.discard(name)
        return 0, True
    return (found, False) if isinstance(found, int) else (None, False)


def _columns(source: Source, table: str) -> tuple[Column, ...]:
    links: dict[str, tuple[str, str] | None] = {}
    for column, parent, target in _links(source, table):
        # Where it may point at several tables, no one of them can be told.
        links[column.lower()] = None if column.lower() in links else (parent, target)
    return tuple(
        Column(
            str(name), str(kind or ""), bool(not_null), int(primary), links.get(str(name).lower())
        )
        for _, name, kind, not_null, _, primary in source.select(
            f"PRAGMA main.table_info({quoted(table)})"
        )
    )


def _links(source: Source, table: str) -> list[tuple[str, str, str]]:
    """Each foreign key's column, and the table and column it points at.

    Among them those that a known system keeps without declaring them.
    """
    found = source.select(f"PRAGMA main.foreign_key_list({quoted(table)})")
    declared = [
        # A key that names no column points at the primary key.
        (str(link[3]), str(link[2]), str(link[4] or _primary(source, str(link[2]), int(link[1]))))
        for link in found
    ]
    taken = {column.lower() for column, _, _ in declared}
    kept = [link[1:] for link in undeclared(source) if link[0] == table.lower()]
    return declared + [link for link in kept if link[0] not in taken]


def primary(source: Source, table: str) -> str:
    """The first column of a table's primary key."""
    return _primary(source, table, 0)


def _primary(source: Source, table: str, place: int) -> str:
    """The column of the primary key at a place; a table without one has its row number."""
    columns = source.select(f"PRAGMA main.table_info({quoted(table)})")
    return next((str(name) for _, name, _, _, _, at in columns if at == place + 1), "rowid")


def referrers(source: Source, table: str) -> tuple[Referrer, ...]:
    """Every foreign key that points at this table; SQLite's names have no case."""
    # The tables of an open file stay: where they change it is opened anew.
    known: dict[str, tuple[Referrer, ...]] = source.memo.setdefault("referrers", {})
    if table.lower() not in known:
        names = [
            str(name) for name, kind, _ in source.select(sql.load("tables/all")) if kind == "table"
        ]
        known[table.lower()] = tuple(
            Referrer(name, column, target)
            for name in names
            for column, parent, target in _links(source, name)
            if parent.lower() == table.lower()
        )
    return known[table.lower()]


def _indexes(source: Source, table: str) -> tuple[Index, ...]:
    found = []
    for _, name, unique, _, partial in source.select(f"PRAGMA main.index_list({quoted(table)})"):
        inside = source.select(f"PRAGMA main.index_info({quoted(str(name))})")
        columns = tuple(str(column or "expression") for _, _, column in inside)
        found.append(Index(str(name), columns, bool(unique), bool(partial)))
    return tuple(found)


def _is_view(source: Source, table: str) -> bool:
    for name, kind, _ in source.select(sql.load("tables/all")):
        if str(name) == table:
            return bool(kind == "view")
    raise UsageError(f"there is no table {table}", "`vedette tables` lists them")


def row_number(source: Source, table: str) -> str | None:
    """The name under which a table's row number can be had; None: it has none."""
    return _row_number(source, table, _columns(source, table))


def _row_number(source: Source, table: str, columns: Sequence[Column]) -> str | None:
    """The name under which the row number can be had; None: a table WITHOUT ROWID."""
    taken = {column.name.lower() for column in columns}
    probe = sql.load("tables/has_row_number")
    free = [name for name in ("rowid", "_rowid_", "oid") if name not in taken]
    for name in free:
        try:
            source.connection.execute(probe.format(name=name, table=quoted(table))).close()
        except sqlite3.OperationalError:
            return None
        return name
    return None


def _key_columns(source: Source, table: str, columns: Sequence[Column]) -> tuple[str, ...]:
    row_number = _row_number(source, table, columns)
    if row_number is not None:
        return (row_number,)
    primary = sorted((column for column in columns if column.primary), key=lambda c: c.primary)
    return tuple(quoted(column.name) for column in primary or columns[:1])


def _comparison(key: Sequence[str], sign: str, wanted: bool) -> str:
    if not wanted:
        return ""
    left = ", ".join(key)
    right = ", ".join(f":k{index}" for index in range(len(key)))
    return f"WHERE ({left}) {sign} ({right})" if len(key) > 1 else f"WHERE {left} {sign} {right}"
