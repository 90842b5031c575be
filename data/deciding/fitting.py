"""Fits a statement that writes to what the file at hand has: names vary, columns may be absent."""

import re

from ... import sql
from ..systems.system import Tables

_IF = re.compile(r"\s*-- if (\w+)\.([\w|]+)$")
_COLUMN = re.compile(r"\{(\w+)\.([\w|]+)\}")


def fitted(name: str, tables: Tables) -> str:
    """The statement `sql/decisions/NAME.sql` for a file with these tables.

    A line that ends in `-- if table.column|synonym` is left out where the file has none of them;
    `{table.column|synonym}` becomes the first of them that it has, or NULL.
    """
    lines = []
    for line in sql.load(f"decisions/{name}").splitlines():
        needs = _IF.search(line)
        if needs is None:
            lines.append(line)
        elif _present(needs[1], needs[2], tables):
            lines.append(line[: needs.start()])
    text = "\n".join(lines)
    return _COLUMN.sub(lambda found: _present(found[1], found[2], tables) or "NULL", text)


def _present(table: str, names: str, tables: Tables) -> str:
    has = tables.get(table, frozenset())
    return next((name for name in names.split("|") if name in has), "")
