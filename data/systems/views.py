"""The relations as TEMP VIEWs: a system's own SELECTs, fitted to what the file at hand has."""

import re
import sqlite3
from collections.abc import Callable, Mapping

from ... import sql
from ..rows import RELATIONS
from .system import System, Tables, read_tables


def create_views(connection: sqlite3.Connection, system: System) -> dict[str, str]:
    """Makes every relation a TEMP VIEW of the connection; the reasons of those without rows.

    Each of them takes the row type's columns, whatever the file lacks.
    """
    tables = read_tables(connection)
    views = {relation: _view(system, relation, tables) for relation in RELATIONS}
    lacks = {relation: reason for relation, (_, reason) in views.items() if reason}
    # One script in one transaction: alone, each view would be a commit of its own.
    script = ";\n".join(_create(relation, select) for relation, (select, _) in views.items())
    connection.executescript(f"BEGIN;\n{script};\nCOMMIT")
    for relation in sorted(RELATIONS, key=lambda name: _depth(name, views)):
        error = _broken(connection, relation)
        if error:
            connection.execute(f'DROP VIEW temp."{relation}"').close()
            connection.execute(_create(relation, _nothing(relation))).close()
            lacks[relation] = f"this file's tables are not as {system.label} makes them: {error}"
    return lacks


def _depth(relation: str, views: Mapping[str, tuple[str, str]]) -> int:
    """How many relations stand below this one: one that cannot be read breaks those above it."""
    read = re.findall(r"\b(?:FROM|JOIN) (\w+)", views[relation][0])
    return max((1 + _depth(below, views) for below in read if below in views), default=0)


def _create(relation: str, select: str) -> str:
    columns = ", ".join(f'"{column}"' for column in RELATIONS[relation]._fields)
    return f'CREATE TEMP VIEW "{relation}" ({columns}) AS\n{select}'


def _broken(connection: sqlite3.Connection, relation: str) -> str:
    """Why a view cannot be read: it is compiled only when it is first asked. "" when it can."""
    try:
        connection.execute(f'SELECT * FROM temp."{relation}" LIMIT 0').close()  # noqa: S608
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        return str(error)
    return ""


def _nothing(relation: str) -> str:
    return f"SELECT {', '.join('NULL' for _ in RELATIONS[relation]._fields)} WHERE 0"


def _view(system: System, relation: str, tables: Tables) -> tuple[str, str]:
    """The statement behind a relation, and why it has no rows if it has none.

    A part of a UNION ALL may stand in several forms, `OTHERWISE` alone on the line between them:
    the first whose tables the file has is taken, and a part without one is left out. A LEFT JOIN
    on a line of its own is left out of a file without its table.
    """
    if relation in system.lacks:
        return _nothing(relation), system.lacks[relation]
    folder = next((each for each in system.folders if relation in sql.names(each)), None)
    if folder is None:
        return _nothing(relation), f"{system.label} has no such records"
    statement = re.sub(_OPTIONAL_JOIN, _join_with(tables), sql.load(f"{folder}/{relation}"))
    arms = _split("UNION ALL", statement)
    forms = [_split("OTHERWISE", arm) for arm in arms]
    fitting = [next((form for form in arm if not _absent(form, tables)), None) for arm in forms]
    kept = [form for form in fitting if form is not None]
    if not kept:
        return _nothing(relation), f"this file has no table {_absent(forms[0][0], tables)[0]}"
    return re.sub(_COLUMN, _column_of(tables), "UNION ALL\n".join(kept)), ""


def _split(word: str, statement: str) -> list[str]:
    return re.split(rf"^{word}\n", statement, flags=re.MULTILINE)


_OPTIONAL_JOIN = re.compile(r"^LEFT JOIN main\.(\w+) ON [^(\n]+\n", re.MULTILINE)


def _join_with(tables: Tables) -> Callable[[re.Match[str]], str]:
    return lambda found: found[0] if found[1] in tables else ""


def _absent(select: str, tables: Tables) -> list[str]:
    return [table for table in re.findall(r"\bmain\.(\w+)", select) if table not in tables]


_COLUMN = r"\{(\w+)\.(\w+(?:\|\w+)*)\}"


def _column_of(tables: Tables) -> Callable[[re.Match[str]], str]:
    """Turns `{table.column|synonym}` into the first of the columns that the file has, or NULL."""

    def column(found: re.Match[str]) -> str:
        table, names = found.groups()
        has = tables.get(table, frozenset())
        return next((f"{table}.{name}" for name in names.split("|") if name in has), "NULL")

    return column
