"""Removes whole old runs from Vedette's own database; the audit trail stays, and tells of it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ..sql import load
from . import migrations, store, times
from .errors import SourceError, UsageError


class OldRun(NamedTuple):
    """A run that is over, of which nothing waits for a person."""

    id: str
    title: str
    ended_at: str


def old_runs(path: str, before: float) -> list[OldRun]:
    """The runs that ended before a moment in epoch seconds, in the order of their beginning.

    Raises as `remove_runs` does.
    """
    with _own(path) as connection:
        return _old(connection, before)


def remove_runs(path: str, before: float, actor: str, now: float) -> list[OldRun]:
    """Removes the runs that ended before a moment, with all that belongs to them; these runs.

    One transaction a run: whoever records meanwhile waits for one at most. Each leaves a row in
    the audit trail. Raises SourceError, StoreFailed or MigrationRefused where the file is none of
    Vedette's own; UsageError where it is of an older schema.
    """
    with _own(path) as connection:
        old = _old(connection, before)
        return [run for run in old if _remove(connection, run, before, actor, now)]


def _old(connection: sqlite3.Connection, before: float) -> list[OldRun]:
    facts = {"before": times.text(before)}
    rows = connection.execute(load("retention/old_runs"), facts).fetchall()
    return [OldRun._make(row) for row in rows]


def _remove(
    connection: sqlite3.Connection, run: OldRun, before: float, actor: str, now: float
) -> bool:
    facts = {"id": run.id, "before": times.text(before), "now": times.text(now)}
    facts |= {"audit_id": f"u-{os.urandom(6).hex()}", "actor": actor}
    facts |= {"summary": f"{run.title}, ended {run.ended_at}: removed as old"}
    with store.writing(connection):
        if not connection.execute(load("retention/remove_run"), facts).rowcount:
            return False
        connection.execute(load("retention/audit"), facts)
        return True


@contextmanager
def _own(path: str) -> Iterator[sqlite3.Connection]:
    """A connection to Vedette's own database, which must be there and up to date."""
    status = migrations.status(path)
    if not status.applied:
        raise SourceError(f"{path} holds no runs of Vedette's own", "name it with --db")
    if status.pending:
        raise UsageError(f"{path} is of an older schema", f"run `vedette migrate --db {path}`")
    connection = store.connect(path)
    try:
        yield connection
    except sqlite3.Error as error:
        raise store.failure(path, error) from error
    finally:
        connection.close()
