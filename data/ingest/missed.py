"""Events that came while the database was locked: counted beside it, told by the next that can.

To be watched must hold up nobody, so such an event is let go. What is kept is that it came, never
what it said: a file each, in a folder beside the database, so that nobody waits here either.
"""

import json
import os
import sqlite3
from collections import Counter, defaultdict
from contextlib import suppress

from ...sql import load
from .. import store
from ..errors import VedetteError
from . import ids
from .events import Event

MOST = 1_000
"""So many are counted; a database that is locked for longer has lost more than can be told."""
_SUFFIX = ".missed"
_NAMED = 12


def is_passing(path: str, error: Exception) -> bool:
    """Whether what kept an event from being written may be over at the next."""
    if isinstance(error, sqlite3.Error):
        error = store.failure(path, error)
    return isinstance(error, VedetteError) and error.kind == "locked"


def add(path: str, client: str, event: Event) -> None:
    """Counts an event of the database at `path` as missed. Raises OSError where it cannot."""
    folder = path + _SUFFIX
    with suppress(FileExistsError):
        os.mkdir(folder, 0o700)
    if len(os.listdir(folder)) >= MOST:
        return
    name = os.path.join(folder, os.urandom(8).hex())
    told = {"run": ids.run(client, event.session), "event": event.name[:60] or "unnamed"}
    handle = os.open(f"{name}.part", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(handle, "w", encoding="utf-8") as file:
        json.dump(told, file)
    # Whole before it is found.
    os.rename(f"{name}.part", f"{name}.json")


def tell(path: str, connection: sqlite3.Connection, now: str) -> None:
    """Writes a line for each session that missed something; inside the caller's transaction."""
    folder = path + _SUFFIX
    try:
        names = os.listdir(folder)
    except OSError:
        return
    events: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if name.endswith(".json"):
            run_id, event = _taken(os.path.join(folder, name))
            events[run_id].append(event)
    for run_id, missed in events.items():
        facts = {"run_id": run_id, "message": _said(missed), "now": now}
        connection.execute(load("ingest/hook_missed"), facts)
    # Only where no other came in the meantime.
    with suppress(OSError):
        os.rmdir(folder)


def _taken(file_path: str) -> tuple[str, str]:
    """Whose event it was, and which; the file is gone then, so that no other tells it too."""
    try:
        with open(file_path, encoding="utf-8") as file:
            told = json.load(file)
        return str(told["run"]), str(told["event"])
    except (OSError, ValueError, KeyError, TypeError):
        return "", "unnamed"
    finally:
        with suppress(OSError):
            os.unlink(file_path)


def _said(events: list[str]) -> str:
    kinds = sorted(Counter(events).items())
    names = [kind if times == 1 else f"{kind} x{times}" for kind, times in kinds]
    more = ", ..." if len(names) > _NAMED else ""
    number = "1 event was" if len(events) == 1 else f"{len(events)} events were"
    told = ", ".join(names[:_NAMED])
    return f"{number} not recorded, the database was locked: {told}{more}"
