"""What SQLite says it will do for a statement: which of its steps read a table from end to end."""

import re
import sqlite3
from collections.abc import Mapping
from typing import NamedTuple


class Step(NamedTuple):
    """One line of EXPLAIN QUERY PLAN."""

    id: int
    parent: int
    says: str


def plan(
    connection: sqlite3.Connection, statement: str, parameters: Mapping[str, object]
) -> list[Step]:
    """The plan of a statement, in the order it is told."""
    rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    return [Step(row[0], row[1], str(row[3])) for row in rows]


def unbounded_scans(steps: list[Step], statement: str) -> list[str]:
    """The tables that are read without an end; none where a LIMIT stops each scan.

    A LIMIT stops a scan that is the outermost loop of its SELECT and is not sorted afterwards,
    where that SELECT is the statement's own, a part of its UNION, or read row by row.
    """
    derived = {
        step.says.split()[1]
        for step in steps
        if step.says.startswith(("CO-ROUTINE ", "MATERIALIZE "))
    }
    return [
        step.says.removeprefix("SCAN ")
        for step in steps
        if (found := re.match(r"SCAN (\S+)", step.says))
        and found[1] not in derived
        and "VIRTUAL TABLE" not in step.says
        and step.says != "SCAN CONSTANT ROW"
        and not ("LIMIT" in statement and _ends(steps, step, statement))
    ]


def _ends(steps: list[Step], scan: Step, statement: str) -> bool:
    beside = [step for step in steps if step.parent == scan.parent]
    loops = [step for step in beside if step.says.startswith(("SCAN ", "SEARCH "))]
    is_outermost = loops[0] == scan
    return is_outermost and not _is_sorted(steps, scan) and _streams(steps, scan.parent, statement)


def _streams(steps: list[Step], node: int, statement: str) -> bool:
    """Whether a SELECT gives its rows on one by one, up to the whole statement or to a LIMIT."""
    while node:
        step = next(each for each in steps if each.id == node)
        if not re.match(r"MERGE|LEFT|RIGHT|COMPOUND|UNION ALL|CO-ROUTINE", step.says):
            return False
        if step.says.startswith("CO-ROUTINE"):
            if re.search(rf"LIMIT [^()]*\)\s*AS {step.says.split()[1]}\b", statement):
                return True
            if _is_sorted(steps, step):
                return False
        node = step.parent
    return True


def _is_sorted(steps: list[Step], step: Step) -> bool:
    """Whether the SELECT that a step belongs to gathers its rows before it gives the first."""
    beside = (each for each in steps if each.parent == step.parent)
    return any(each.says.startswith("USE TEMP B-TREE") for each in beside)
