"""What a known system is: how its files are recognised, and how one of them is read."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ... import sql

Answers = Literal["", "vedette", "syris_design", "syris_coded", "amelia", "dossier"]

Tables = Mapping[str, frozenset[str]]
"""A file's tables with their columns, all in lower case: SQLite's names have no case."""


@dataclass(frozen=True)
class System:
    """A system that writes SQLite files, and how this one of its files is read."""

    name: str
    """vedette, tac or unknown."""
    variant: str
    """The schema's version: "1", "2"; "" for an unknown file."""
    label: str
    """What people call it: TAC Bootstrap v2."""
    folders: tuple[str, ...] = ()
    """Where a relation's view is looked for; the first folder that has it wins."""
    lacks: Mapping[str, str] = field(default_factory=dict)
    """Why a relation has no rows, by its name: "TAC records no alarms"."""
    answers: Answers = ""
    """How a gate of it is answered, by the form of its files; "": it has none, or elsewhere."""
    expires_gates: bool = True
    """Whether the system itself lets a gate expire. Where not, one past its time is overdue, and
    can still be answered."""
    tells_pickup: bool = True
    """Whether its rows show that an answer was heard."""
    agents_report_costs: bool = False
    """Whether an agent may report a cost of its own, beyond what its calls add up to."""
    finds_gates_by_run: bool = False
    """Whether an agent's gates are found by their run alone: each of them has one."""
    reach: Mapping[str, int] = field(default_factory=dict)
    """Where no index finds them, rows are looked for so many places back; by relation. Its notes
    say so."""
    journal: str = "wal"
    """The journal mode the system itself gives its files."""
    notes: tuple[str, ...] = ()
    """What a reader of its rows should know."""
    looked_for: tuple[str, ...] = ()
    """For an unknown file: what each known system would have, and what was found instead."""


@dataclass(frozen=True)
class Known:
    """A system that can be recognised: the tables, each with columns, that only it has."""

    label: str
    needs: Mapping[str, tuple[str, ...]]
    describe: Callable[[sqlite3.Connection, Tables], System]

    def missing_from(self, tables: Tables) -> list[str]:
        """What the file would need to be this system's, as `table` or `table.column`."""
        absent = [table for table in self.needs if table not in tables]
        return absent + [
            f"{table}.{column}"
            for table, columns in self.needs.items()
            for column in columns
            if table in tables and column not in tables[table]
        ]


def read_tables(connection: sqlite3.Connection) -> Tables:
    """The tables of an open file. Raises sqlite3.Error where the file cannot be read."""
    found: dict[str, set[str]] = {}
    for table, column in connection.execute(sql.load("systems/columns")).fetchall():
        found.setdefault(table.lower(), set()).add(column.lower())
    return {table: frozenset(columns) for table, columns in found.items()}
