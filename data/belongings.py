"""What belongs to one row of Operations: the row in its own table, and those that point at it."""

from typing import NamedTuple

from .. import sql
from . import tables
from .errors import VedetteError
from .source import Source
from .text import clean

_STATES = ("status", "state")
"""Columns by whose words the rows are told apart."""

_TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    "vedette": {
        "task": ("tasks",),
        "step": ("steps",),
        "schedules": ("schedules",),
        "watchers": ("watchers",),
        "rules": ("rules",),
        "checks": ("checks",),
        "routing": ("routing_decisions",),
    },
    "syris": {
        "task": ("tasks",),
        "step": ("steps", "task_steps"),
        "schedules": ("schedules",),
        "watchers": ("watcher_state", "watcher_states"),
        "rules": ("rules",),
        "routing": ("routing_decisions",),
    },
    "dossier": {
        "project": ("project",),
        "workflow": ("workflow",),
        "activity": ("workflow_activity",),
        "step": ("step",),
        "card": ("card",),
        "checks": ("run_check",),
    },
    "tac": {"task": ("ai_developer_workflows",), "routing": ("orchestrator_chat",)},
}
"""Where the rows of a tab stand, by the tab; those of tasks by their kind, "task" for any other."""


_LEVELS = ("task", "step", "project", "workflow", "activity", "card")
"""Those that the tree of tasks shows already."""


class Part(NamedTuple):
    """The rows of one table that point at it."""

    table: str
    column: str
    name: str
    """What they are, in the plural."""
    words: tuple[tuple[str, int], ...]
    """How many of each state, the most first; "" where they have none."""
    is_more: bool
    """Whether there are more than were counted."""
    error: str = ""
    """Why they could not be counted."""


class Belongings(NamedTuple):
    """One row, and what points at it."""

    key: str
    """Of the row in Operations."""
    table: str
    column: str
    """The column of its table that holds its id."""
    id: str
    parts: tuple[Part, ...]


def read_belongings(source: Source, key: str, tab: str, kind: str) -> Belongings | None:
    """What belongs to the row `key` of a tab; None where it stands in no one table.

    Tables in which no index finds its rows are left out: they are looked at in Tables.
    """
    where = _where(source, tab, kind)
    if where is None:
        return None
    table, column = where
    _, _, row_id = key.partition(" ")
    parts = []
    for refers in _looked_at(source, table, column):
        name, words = _plural(refers.table, table), _words(source, refers.table)
        try:
            found = tables.held(source, refers.table, refers.column, row_id, words)
        except VedetteError:
            # One broken table must not hide the others.
            parts.append(Part(refers.table, refers.column, name, (), False, "cannot be read"))
            continue
        if found:
            named = tuple((clean(word or "", 40), count) for word, count in found)
            is_more = sum(count for _, count in named) >= tables.HELD
            parts.append(Part(refers.table, refers.column, name, named, is_more))
    # What has a state of its own is what a person works on.
    parts.sort(key=lambda part: not any(word for word, _ in part.words))
    return Belongings(key, table, column, row_id, tuple(parts))


def _where(source: Source, tab: str, kind: str) -> tuple[str, str] | None:
    """The table of a tab's rows and the column of their ids."""
    known = _TABLES.get(source.system.name, {})
    candidates = known.get(tab) or known.get(kind) or (known.get("task") if tab == "tasks" else ())
    memo: dict[str, str] = source.memo.setdefault("primary_keys", {})
    for table in candidates or ():
        if table not in memo:
            memo[table] = tables.primary(source, table)
        if memo[table] != "rowid":
            return table, memo[table]
    return None


def _looked_at(source: Source, table: str, column: str) -> tuple[tables.Referrer, ...]:
    """The foreign keys that point at the id, without the tree's own and those no index serves."""
    memo: dict[str, tuple[tables.Referrer, ...]] = source.memo.setdefault("belongings", {})
    if table not in memo:
        levels = _TABLES[source.system.name].items()
        inside = {each for kind, found in levels if kind in _LEVELS for each in found}
        made = [str(name) for (name,) in source.select(sql.load("tables/made"))]
        memo[table] = tuple(
            refers
            for refers in sorted(
                tables.referrers(source, table), key=lambda each: made.index(each.table)
            )
            if refers.target.lower() == column.lower()
            and refers.table.lower() not in inside
            and tables.is_found_by_index(source, refers.table, refers.column)
        )
    return memo[table]


def _words(source: Source, table: str) -> str:
    """The column that tells a table's rows apart; "" for none."""
    memo: dict[str, str] = source.memo.setdefault("state_columns", {})
    if table not in memo:
        names = {name.lower(): name for name in tables.column_names(source, table)}
        memo[table] = next((names[word] for word in _STATES if word in names), "")
    return memo[table]


def _plural(table: str, whole: str) -> str:
    """What the rows of a table are, said beside what they belong to: `planned files`."""
    name = clean(table.removeprefix(f"{whole}_").replace("_", " "), 40)
    if name.endswith("y"):
        return f"{name[:-1]}ies"
    return name if name.endswith("s") else f"{name}s"
