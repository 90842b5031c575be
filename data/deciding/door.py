"""The door to a watched file: whose it is, and a short connection to write to it."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import TypeVar

from ... import sql
from .. import opening, store
from ..errors import DecisionRefused, SourceError
from ..store import StoreFailed
from ..systems import System, recognise

T = TypeVar("T")

_ALONE = threading.RLock()
"""One thread of this process at a time looks at a file by itself or has one open to write: to close
any descriptor of a file drops every lock this process has on it."""


class Door:
    """One file while it is answered; every connection made through it is closed with it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._identity = opening.look_at(path).identity
        self.system = _recognised(path)
        self._held = ExitStack()

    def own(self) -> sqlite3.Connection:
        """A writing connection to a database of Vedette's own, with the PRAGMAs of the house."""
        self._held.enter_context(_ALONE)
        _refuse_unless_ours_to_open(self.path)
        return self._kept(store.connect(self.path))

    def foreign(self) -> sqlite3.Connection:
        """A writing connection to a stranger's file, which sets nothing: its journal stays."""
        self._held.enter_context(_ALONE)
        _refuse_unless_ours_to_open(self.path)
        connection = sqlite3.connect(
            f"file:{opening.percent_encoded(self.path)}?mode=rw",
            uri=True,
            timeout=store.BUSY_SECONDS,
            isolation_level=None,
        )
        # A title of bad bytes must not make its gate undecidable.
        connection.text_factory = opening.tolerant_text
        return self._kept(connection)

    def _kept(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        self._held.enter_context(closing(connection))
        if opening.look_at(self.path).identity != self._identity:
            title = f"{self.path} was replaced by another file"
            raise SourceError(title, "look again", kind="replaced")
        return connection

    def close(self) -> None:
        """Closes what was opened."""
        self._held.close()


@contextmanager
def door(path: str) -> Iterator[Door]:
    """The door to the file at `path`. What fails inside is told as a person needs it.

    Recognised read-only first: to open a stranger's file for writing would change its journal.
    """
    found = Door(path)
    try:
        yield found
    except StoreFailed as error:
        raise _unwritable(path, error.kind, error) from error
    except sqlite3.IntegrityError as error:
        raise _not_as_documented(path, found.system, error) from error
    except sqlite3.Error as error:
        if found.system.name != "vedette" and _is_of_the_schema(error):
            raise _not_as_documented(path, found.system, error) from error
        failure = store.failure(path, error)
        raise _unwritable(path, failure.kind, failure) from error
    finally:
        found.close()


def _recognised(path: str) -> System:
    """Whose file it is; the look leaves nothing beside it."""
    try:
        system = look(path, recognise)
    except SourceError as error:
        raise _unwritable(path, error.kind, error) from error
    except sqlite3.Error as error:
        failure = opening.fault(path, error)
        raise _unwritable(path, failure.kind, failure) from error
    _refuse_other_schema(path, system)
    return system


def look(path: str, read: Callable[[sqlite3.Connection], T]) -> T:
    """What `read` finds in one read-only look that makes no -wal and no -shm where there was none.

    A file that nobody has open is read as it lies there. Where somebody opened it meanwhile, what
    was read may be torn: then it is read again, as one that is written.
    """
    with _ALONE:
        before = opening.look_at(path)
        opened = _opened_for_a_look(path)
        with closing(opened.connection):
            if not opened.immutable:
                return read(opened.connection)
            found, error = _tried(read, opened.connection)
        if opening.look_at(path) == before and not os.path.exists(f"{path}-shm"):
            if error is not None:
                raise error
            return found[0]
        with closing(_patiently(path).connection) as connection:
            return read(connection)


def _patiently(path: str) -> opening.Opened:
    """Open to read, and as patient with a writer as whoever writes."""
    return opening.connect(path, busy_seconds=store.BUSY_SECONDS)


def _opened_for_a_look(path: str) -> opening.Opened:
    try:
        return opening.connect(path, leaves_nothing=True, busy_seconds=store.BUSY_SECONDS)
    except SourceError as error:
        # Rows in a -wal without a -shm: they are not read without making one.
        if error.kind != "side_files":
            raise
    return _patiently(path)


def _tried(
    read: Callable[[sqlite3.Connection], T], connection: sqlite3.Connection
) -> tuple[list[T], Exception | None]:
    try:
        return [read(connection)], None
    except Exception as error:
        return [], error


def _refuse_unless_ours_to_open(path: str) -> None:
    """To write makes a -wal and a -shm too, which must not lock the owner out."""
    try:
        _patiently(path).connection.close()
    except SourceError as error:
        raise _unwritable(path, error.kind, error) from error


def _refuse_other_schema(path: str, system: System) -> None:
    if system.name != "vedette":
        return
    known = max(int(name[:3]) for name in sql.names("migrations"))
    if int(system.variant) > known:
        raise DecisionRefused(
            f"{path} was made by a newer Vedette: what a decision needs there is not known here",
            "upgrade Vedette; nothing was written",
            kind="newer_schema",
        )
    if int(system.variant) < known:
        raise DecisionRefused(
            f"{path} is of an older schema",
            f"run `vedette migrate --db {path}` first",
            kind="not_decidable",
        )


def _is_of_the_schema(error: sqlite3.Error) -> bool:
    """Whether a table or a column is not there that its documents have."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR


def _not_as_documented(path: str, system: System, error: sqlite3.Error) -> DecisionRefused:
    """The file's own constraints forbid what its documents say: they win."""
    return DecisionRefused(
        f"{path} does not take the answer: {error}",
        f"its tables are not as {system.label} makes them; nothing was written",
        kind="not_as_documented",
    )


def _unwritable(
    path: str, kind: str, error: SourceError | StoreFailed
) -> SourceError | StoreFailed | DecisionRefused:
    if kind == "locked":
        return DecisionRefused(
            f"{path} is locked by another process: nothing was written", "try again", kind="locked"
        )
    if kind in ("permission", "side_files"):
        return DecisionRefused(
            f"{path} cannot be written by you: nothing was decided",
            "decide as the user who owns it",
            kind="read_only",
        )
    return error
