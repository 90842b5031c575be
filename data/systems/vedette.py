"""Vedette's own database, of this schema or another."""

import sqlite3

from ... import sql
from .system import Known, System, Tables, read_tables


def _vedette(connection: sqlite3.Connection, tables: Tables) -> System:
    known = max(int(name[:3]) for name in sql.names("migrations"))
    version = _version(connection, tables)
    notes = []
    if version > known:
        notes = [_newer(version, known, tables)]
    elif version < known:
        notes = [f"schema {version} is older than this console's ({known}): `vedette migrate`"]
    return System(
        name="vedette",
        variant=str(version),
        label="Vedette",
        folders=("views/vedette",),
        answers="vedette",
        notes=tuple(notes),
    )


def _version(connection: sqlite3.Connection, tables: Tables) -> int:
    if "schema_migrations" not in tables:
        return 1
    newest = connection.execute(sql.load("systems/version")).fetchall()[0][0]
    return newest if isinstance(newest, int) else 1


def _newer(version: int, known: int, tables: Tables) -> str:
    """What a newer schema has that this console will not show."""
    ours = sqlite3.connect(":memory:")
    try:
        for name in sql.names("migrations"):
            ours.executescript(sql.load(f"migrations/{name}"))
        known_tables = read_tables(ours)
    finally:
        ours.close()
    unshown = [
        f"{table}.{column}" if table in known_tables else table
        for table in sorted(tables)
        for column in sorted(tables[table] - known_tables.get(table, frozenset()))
        if table != "schema_migrations"
    ]
    what = f": not shown are {', '.join(dict.fromkeys(unshown))}" if unshown else ""
    return f"schema {version} is newer than this console knows ({known}){what}"


VEDETTE = Known(
    "Vedette",
    {
        "runs": (),
        "agents": ("run_id",),
        "approvals": ("payload_sha256",),
        "audit": ("approval_id",),
        "processes": (),
    },
    _vedette,
)
