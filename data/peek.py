"""A short look into databases that nobody named: whose they are, and whether there is a run."""

import os
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import NamedTuple

from . import opening, times
from .discovery import Candidate, candidates
from .errors import SourceError
from .opening import Opened
from .rows import Run
from .source import Source, open_source
from .systems import recognise

EACH_SECONDS = 0.2
"""What a look into one file may take."""

ALL_SECONDS = 0.5
"""After this no other file is looked into: the start must not wait for it."""

_NOT_NOW = ("locked", "slow", "side_files", "busy")
"""Faults of a file that there may be runs in, though they cannot be read at this moment."""


class Peek(NamedTuple):
    """One place, and what was found in it."""

    place: Candidate
    system: str = ""
    """What people call the system; "" where that was not found out."""
    has_runs: bool = False
    """Whether there is a run in it, or may be: it could not be read just now."""
    newest: float = 0.0
    """Epoch seconds of the newest thing in it."""
    why: str = ""
    """Why it is not one to open, or was not looked into."""


def survey(cwd: str, env: Mapping[str, str]) -> list[Peek]:
    """Every place that is looked in, in order of preference; nothing is left behind in any."""
    end = time.monotonic() + ALL_SECONDS
    return [
        look_inside(place) if time.monotonic() < end else _not_looked(place)
        for place in candidates(cwd, env)
    ]


def with_runs(peeks: Sequence[Peek]) -> list[Peek]:
    """Those worth opening, the newest activity first."""
    return sorted((peek for peek in peeks if peek.has_runs), key=lambda peek: -peek.newest)


def look_inside(place: Candidate) -> Peek:
    """What a place holds; a file that cannot be read says why."""
    if not place.found:
        return Peek(place, why="not there")
    try:
        with closing(_opened(place.path)) as source:
            return _told(place, source)
    except SourceError as error:
        if error.kind in _NOT_NOW:
            return Peek(place, has_runs=True, newest=_changed(place.path), why="not read yet")
        return Peek(place, why=_SHORT.get(error.kind, "cannot be read"))


_SHORT = {
    "missing": "not there",
    "empty": "there, empty",
    "not_a_file": "not a file",
    "not_a_database": "there, not a database",
    "permission": "there, not readable by you",
    "corrupt": "there, damaged",
}


def _not_looked(place: Candidate) -> Peek:
    if not place.found:
        return Peek(place, why="not there")
    return Peek(place, has_runs=True, newest=_changed(place.path), why="not read yet")


def _opened(path: str) -> Source:
    """The source, opened so that no file is made beside it."""
    look = opening.look_at(path)
    if any(os.path.exists(f"{path}{ending}") for ending in ("-shm", "-journal")) or not look.size:
        return open_source(path)
    if look.wal_size > 0:
        raise SourceError(f"{path} was left open by its writer", kind="side_files")
    connection = sqlite3.connect(
        f"file:{opening.percent_encoded(path)}?mode=ro&immutable=1",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        return Source(path, Opened(connection, look.identity, True), recognise(connection))
    except sqlite3.Error as error:
        connection.close()
        raise opening.fault(path, error) from error
    except SourceError:
        connection.close()
        raise


def _told(place: Candidate, source: Source) -> Peek:
    system = source.system
    if system.name == "unknown":
        return Peek(place, why="there, of no known system")
    with source.limited(EACH_SECONDS), source.reading():
        runs = source.all("fleet/latest_runs", Run, limit=1)
        newest = source.raw("sources/newest_event")
    if not runs:
        return Peek(place, system.label, why="there, 0 runs")
    run = runs[0]
    said = [run.updated_at, run.ended_at, run.started_at, *(row[1] for row in newest)]
    moments = [times.parse(each) for each in said if isinstance(each, str)]
    known = [each for each in moments if each is not None]
    return Peek(place, system.label, True, max(known, default=_changed(place.path)))


def _changed(path: str) -> float:
    """When the file, or its -wal, was written last."""
    moments = [0.0]
    for each in (path, f"{path}-wal"):
        try:
            moments.append(os.stat(each).st_mtime)
        except OSError:
            continue
    return max(moments)
