"""Which system wrote a file, told by its tables and columns, and the views that show it."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .. import sql
from .rows import RELATIONS

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
    decides: bool = False
    """Whether a gate is answered by SQL in this file."""
    notes: tuple[str, ...] = ()
    """What a reader of its rows should know."""
    looked_for: tuple[str, ...] = ()
    """For an unknown file: what each known system would have, and what was found instead."""


def recognise(connection: sqlite3.Connection) -> System:
    """The system whose tables and columns the file has; its name is never asked.

    Raises sqlite3.Error where the file cannot be read.
    """
    tables = _read_tables(connection)
    for known in _KNOWN:
        if not known.missing_from(tables):
            return known.describe(connection, tables)
    return _unknown(tables)


def create_views(connection: sqlite3.Connection, system: System) -> dict[str, str]:
    """Makes every relation a TEMP VIEW of the connection; the reasons of those without rows.

    Each of them takes the row type's columns, whatever the file lacks.
    """
    tables = _read_tables(connection)
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

    A part of a UNION ALL whose tables the file lacks is left out.
    """
    if relation in system.lacks:
        return _nothing(relation), system.lacks[relation]
    folder = next((each for each in system.folders if relation in sql.names(each)), None)
    if folder is None:
        return _nothing(relation), f"{system.label} has no such records"
    arms = re.split(r"^UNION ALL\n", sql.load(f"{folder}/{relation}"), flags=re.MULTILINE)
    absent = [[table for table in _named_in(arm) if table not in tables] for arm in arms]
    kept = [arm for arm, missing in zip(arms, absent, strict=True) if not missing]
    if not kept:
        return _nothing(relation), f"this file has no table {absent[0][0]}"
    return re.sub(r"\{(\w+)\.(\w+)\}", _column_of(tables), "UNION ALL\n".join(kept)), ""


def _named_in(select: str) -> list[str]:
    return re.findall(r"\bmain\.(\w+)", select)


def _column_of(tables: Tables) -> Callable[[re.Match[str]], str]:
    """Turns `{table.column}` into the column, or into NULL where the file does not have it."""

    def column(found: re.Match[str]) -> str:
        table, name = found.groups()
        return f"{table}.{name}" if name in tables.get(table, ()) else "NULL"

    return column


def _read_tables(connection: sqlite3.Connection) -> Tables:
    found: dict[str, set[str]] = {}
    for table, column in connection.execute(sql.load("systems/columns")).fetchall():
        found.setdefault(table.lower(), set()).add(column.lower())
    return {table: frozenset(columns) for table, columns in found.items()}


@dataclass(frozen=True)
class _Known:
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
        decides=True,
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
        known_tables = _read_tables(ours)
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


def _tac(connection: sqlite3.Connection, tables: Tables) -> System:
    is_v2 = "ai_developer_workflows" in tables
    expected = _TAC_TABLES if is_v2 else _TAC_TABLES[:5]
    lost = tuple(
        f"this file has no table {table}: what it would hold is not shown"
        for table in expected
        if table not in tables
    )
    lacks = dict(_TAC_LACKS)
    if not is_v2:
        lacks["task"] = "this version of TAC records no workflows; the next one does"
    return System(
        name="tac",
        variant="2" if is_v2 else "1",
        label=f"TAC Bootstrap v{2 if is_v2 else 1}",
        folders=("views/tac",),
        lacks=lacks,
        notes=_TAC_NOTES + (_TAC_V2_NOTES if is_v2 else ()) + lost,
    )


_TAC_TABLES = (
    "orchestrator_agents",
    "agents",
    "prompts",
    "agent_logs",
    "system_logs",
    "orchestrator_chat",
    "ai_developer_workflows",
)

_TAC_LACKS = {
    "approval": "there are no gates in TAC; after its plan phase it may stop for an answer on the "
    "GitHub issue, which leaves a workflow in progress at the step plan",
    "consent": "there are no gates in TAC",
    "signature": "there are no gates in TAC",
    "alarm": "TAC records no alarms; its errors are in Events and in Audit",
    "alarm_action": "TAC records no alarms",
    "schedule": "TAC records no schedules",
    "watcher": "TAC records no watchers",
    "rule": "TAC records no rules",
    "health": "TAC records no heartbeats",
    "check": "TAC records no checks",
    "route": "TAC records no routing",
    "chunk": "TAC stores an answer whole, not as it streams",
    "writer": "TAC does not record which process writes",
    "run_writer": "TAC does not record which process writes",
    "budget": "TAC records no budgets",
}

_TAC_NOTES = (
    "TAC does not close what fails or stops: a running agent may be dead",
    "TAC's agents report a cost of their own beside their prompts': the larger is shown, "
    "never the sum",
    "TAC writes cost 0 until it knows better: tokens without a cost are unpriced, not free",
    "what TAC's agents log is in Events, what the system logs is in Audit",
    "tool calls are those that TAC's agents log; its prompts of type tool_call are prompts",
)

_TAC_V2_NOTES = (
    "a workflow in progress may be dead too, or wait for an answer on its GitHub issue",
    "TAC's chat (orchestrator_chat) is in Tables only",
)


def _unknown(tables: Tables) -> System:
    reason = "this file is not of a system Vedette knows: its tables are in Tables (9)"
    looked_for = [
        f"{known.label} would have {', '.join(known.needs)}: "
        f"missing {', '.join(known.missing_from(tables))}"
        for known in _KNOWN
    ]
    found = f"found {', '.join(sorted(tables))}" if tables else "found no tables"
    return System(
        name="unknown",
        variant="",
        label="unknown system",
        lacks=dict.fromkeys(RELATIONS, reason),
        looked_for=(*looked_for, found),
    )


_KNOWN = (
    _Known(
        "TAC Bootstrap",
        {
            "orchestrator_agents": (),
            "agents": ("parent_agent_id", "session_id"),
            "agent_logs": (),
            "prompts": ("agent_id",),
        },
        _tac,
    ),
    _Known(
        "Vedette",
        {
            "runs": (),
            "agents": ("run_id",),
            "approvals": ("payload_sha256",),
            "audit": ("approval_id",),
            "processes": (),
        },
        _vedette,
    ),
)
