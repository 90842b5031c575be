"""Vedette's own database as a file: where it lies, how it is made, how it is opened to write."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from ..sql import load
from .errors import SourceError, VedetteError
from .opening import fault, look_at, percent_encoded

BUSY_SECONDS = 5.0
"""How long a writer waits for another writer."""
READ_SECONDS = 0.25
"""How long a look waits for a lock."""

_PRAGMAS = ("busy_timeout", "journal_mode", "synchronous", "foreign_keys")


class StoreFailed(VedetteError):
    """Vedette's own database could not be written or read."""


def create(path: str) -> bool:
    """Makes an empty file only its owner can read, in folders likewise; False if one is there.

    Raises StoreFailed where it cannot be made.
    """
    make_folder(path)
    try:
        # The mode is part of the open: there is no moment at which others could read the file.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return False
    except OSError as error:
        raise not_made(path, error) from None
    return True


def make_folder(path: str) -> None:
    """Makes the folder a file at `path` goes into, its owner's alone. Raises StoreFailed."""
    try:
        _make_folders(os.path.dirname(os.path.abspath(path)))
    except OSError as error:
        raise not_made(path, error) from None


def not_made(path: str, error: OSError) -> StoreFailed:
    """Why a file cannot be made, for people."""
    return StoreFailed(
        f"{path} cannot be made: {error.strerror or error}",
        "check the path and the folder's permissions",
        kind="permission" if isinstance(error, PermissionError) else "missing",
    )


def connect_reading(path: str) -> sqlite3.Connection:
    """A read-only connection for a look, also beside others of this process.

    Raises SourceError for what is no database file. Never opens the file by itself: to close it
    again would drop the locks every other connection of this process holds on it, and another
    process would delete the WAL they write.
    """
    found = look_at(path)
    if found.size == 0 and found.wal_size <= 0:
        raise SourceError(f"{path} is empty", "there is no database in it yet", kind="empty")
    try:
        connection = sqlite3.connect(
            f"file:{percent_encoded(path)}?mode=ro",
            uri=True,
            timeout=READ_SECONDS,
            isolation_level=None,
        )
    except sqlite3.Error as error:
        raise fault(path, error) from error
    return connection


def connect(path: str, patience: float | None = None) -> sqlite3.Connection:
    """A read-write connection with every PRAGMA of the house, in autocommit mode.

    The file must exist and be Vedette's own (see `migrations.migrate`). `patience` is how many
    seconds another writer is waited for, if not as long as always. Raises StoreFailed.
    """
    try:
        connection = sqlite3.connect(
            f"file:{percent_encoded(path)}?mode=rw",
            uri=True,
            timeout=BUSY_SECONDS if patience is None else patience,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
    except sqlite3.Error as error:
        raise failure(path, error) from error
    try:
        for pragma in _PRAGMAS if patience is None else _PRAGMAS[1:]:
            connection.execute(load(f"admin/{pragma}")).fetchall()
    except sqlite3.Error as error:
        connection.close()
        raise failure(path, error) from error
    return connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One write transaction: committed at the end, rolled back on any exception."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk may have rolled back already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def failure(path: str, error: sqlite3.Error) -> StoreFailed:
    """What an SQLite error while writing the file at `path` means to a person."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in _FAULTS:
        kind, title, hint = _FAULTS[code]
        return StoreFailed(title.format(path=path), hint.format(path=path), kind=kind)
    known = fault(path, error)
    return StoreFailed(known.title, known.hint, kind=known.kind)


_FAULTS = {
    sqlite3.SQLITE_FULL: (
        "full",
        "{path} cannot grow: the disk is full",
        "free some space; the recorder goes on by itself",
    ),
    sqlite3.SQLITE_READONLY: (
        "permission",
        "{path} cannot be written by you",
        "ask its owner, or name another file with --db or $VEDETTE_DB",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "missing",
        "{path} cannot be opened for writing",
        "check the path and the folder's permissions",
    ),
}


def _make_folders(folder: str) -> None:
    if os.path.isdir(folder):
        return
    _make_folders(os.path.dirname(folder))
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        if not os.path.isdir(folder):
            raise NotADirectoryError(20, f"{folder} is not a folder") from None
