"""Which system wrote a file, told by its tables and columns."""

import sqlite3
from dataclasses import replace

from ..rows import RELATIONS
from .amelia import AMELIA
from .dossier import DOSSIER
from .syris import SYRIS_CODED, SYRIS_DESIGN
from .system import Known, System, Tables, read_tables
from .tac import TAC
from .vedette import VEDETTE

KNOWN = (TAC, DOSSIER, AMELIA, SYRIS_CODED, SYRIS_DESIGN, VEDETTE)
"""In the order they are tried: the first that misses nothing has written the file."""


def recognise(connection: sqlite3.Connection) -> System:
    """The system whose tables and columns the file has; its name is never asked.

    Raises sqlite3.Error where the file cannot be read.
    """
    tables = read_tables(connection)
    fitting = [known for known in KNOWN if not known.missing_from(tables)]
    if not fitting:
        return _unknown(tables)
    system = fitting[0].describe(connection, tables)
    also = tuple(_also(known, system) for known in fitting[1:])
    return replace(system, notes=also + system.notes)


def _also(other: Known, system: System) -> str:
    """Of a file that two systems could have written: which one is read, and where the other is."""
    return (
        f"this file has the tables of {other.label} too ({', '.join(other.needs)}): it is read as "
        f"{system.label}, and those are in Tables (9)"
    )


def _unknown(tables: Tables) -> System:
    reason = "this file is not of a system Vedette knows: its tables are in Tables (9)"
    looked_for = [
        f"{known.label} would have {', '.join(known.needs)}: "
        f"missing {', '.join(known.missing_from(tables))}"
        for known in KNOWN
    ]
    found = f"found {', '.join(sorted(tables))}" if tables else "found no tables"
    return System(
        name="unknown",
        variant="",
        label="unknown system",
        lacks=dict.fromkeys(RELATIONS, reason),
        looked_for=(*looked_for, found),
    )
