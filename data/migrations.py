"""Makes and upgrades Vedette's own database: each migration once, in order, or not at all."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from .. import sql
from ..sql import load
from . import opening, store, times
from .errors import SourceError, VedetteError

MIGRATIONS = os.path.join(os.path.dirname(sql.__file__), "migrations")
"""The folder of `NNN_name.sql` files this Vedette knows."""

_LOOK_SECONDS = 0.02
"""How often a lock is tried for that is not waited for without end."""
_COLUMNS = ("version", "name", "sha256", "applied_at", "duration_ms")


class MigrationRefused(VedetteError):
    """The database was left as it is, and why."""


class Migration(NamedTuple):
    """One migration file."""

    version: int
    name: str
    sha256: str
    script: str


class Applied(NamedTuple):
    """One migration the database has been through."""

    version: int
    name: str
    sha256: str
    applied_at: str
    duration_ms: int


class Migrated(NamedTuple):
    """What `migrate` did."""

    applied: tuple[str, ...]
    """Names of the migrations applied now; none where the database was up to date."""
    backup_path: str | None
    """The copy made before an upgrade, where there was anything to copy."""


class Status(NamedTuple):
    """Where a database stands."""

    exists: bool
    applied: tuple[Applied, ...]
    pending: tuple[str, ...]


def migrate(
    path: str, now: float, folder: str = MIGRATIONS, *, patience: float | None = None
) -> Migrated:
    """Makes the database at `path`, or brings it up to date; `now` is epoch seconds.

    `patience` is how many seconds another process that is at it is waited for; None: until it has
    done. Raises MigrationRefused for a changed migration, a newer database or another system's, and
    SourceError or StoreFailed where the file cannot be used. A failure changes nothing.
    """
    known = migrations(folder)
    if not _pending(path, known, _applied(path)):
        return Migrated((), None)
    with _alone(path, patience):
        store.create(path)
        pending = _pending(path, known, _applied(path))
        return _apply(path, pending, now) if pending else Migrated((), None)


def status(path: str, folder: str = MIGRATIONS) -> Status:
    """What `migrate` has done and would do; changes nothing, raises as `migrate` does."""
    applied = _applied(path)
    pending = _pending(path, migrations(folder), applied)
    return Status(os.path.exists(path), applied, tuple(each.name for each in pending))


def migrations(folder: str = MIGRATIONS) -> tuple[Migration, ...]:
    """The migration files of a folder, in the order of their numbers."""
    # Only here: a start that finds nothing to compare need not pay for it.
    from hashlib import sha256

    found = []
    for file_name in sorted(os.listdir(folder)):
        if file_name.endswith(".sql"):
            with open(os.path.join(folder, file_name), "rb") as file:
                body = file.read()
            name = file_name.removesuffix(".sql")
            version = int(name.partition("_")[0])
            found.append(Migration(version, name, sha256(body).hexdigest(), body.decode()))
    return tuple(found)


def _applied(path: str) -> tuple[Applied, ...]:
    """What the file has been through: nothing for a file that is missing or empty."""
    try:
        connection = store.connect_reading(path)
    except SourceError as error:
        if error.kind == "empty" or (error.kind == "missing" and not os.path.lexists(path)):
            return ()
        raise
    try:
        return _read_applied(path, connection)
    except sqlite3.Error as error:
        raise opening.fault(path, error) from error
    finally:
        connection.close()


def _read_applied(path: str, connection: sqlite3.Connection) -> tuple[Applied, ...]:
    tables = [name for (name,) in connection.execute(load("admin/tables")).fetchall()]
    if not tables:
        return ()
    columns = connection.execute(load("admin/table_columns"), {"table": "schema_migrations"})
    if tuple(name for (name,) in columns.fetchall()) != _COLUMNS:
        raise MigrationRefused(
            f"{path} is another system's database: it holds {_listed(tables)}",
            "Vedette only reads it; name another file for Vedette's own with --db or $VEDETTE_DB",
            kind="foreign",
        )
    rows = connection.execute(load("admin/applied_migrations")).fetchall()
    return tuple(Applied._make(row) for row in rows)


def _pending(
    path: str, known: tuple[Migration, ...], applied: tuple[Applied, ...]
) -> tuple[Migration, ...]:
    """The migrations still to apply; raises MigrationRefused where the past is not ours."""
    by_version = {migration.version: migration for migration in known}
    for past in applied:
        migration = by_version.get(past.version)
        if migration is None:
            raise MigrationRefused(
                f"{path} was made by a newer Vedette: it has been through {past.name}",
                "upgrade Vedette, or name another file with --db or $VEDETTE_DB",
                kind="newer",
            )
        if migration.sha256 != past.sha256:
            raise MigrationRefused(
                f"migration {past.name} is not the one {path} went through on {past.applied_at}",
                "a released migration never changes: reinstall Vedette, or undo the change",
                kind="changed",
            )
    done = {past.version for past in applied}
    return tuple(migration for migration in known if migration.version not in done)


def _apply(path: str, pending: tuple[Migration, ...], now: float) -> Migrated:
    connection = store.connect(path)
    try:
        backup_path = _backup(path, connection, pending[0], now)
        # A table can only be rebuilt with its references off; every step checks them itself.
        connection.execute(load("admin/foreign_keys_off"))
        for migration in pending:
            _apply_one(path, connection, migration, now, backup_path)
    finally:
        connection.close()
    return Migrated(tuple(migration.name for migration in pending), backup_path)


def _apply_one(
    path: str,
    connection: sqlite3.Connection,
    migration: Migration,
    now: float,
    backup_path: str | None,
) -> None:
    try:
        with store.writing(connection):
            _run(connection, migration, now)
    except (sqlite3.Error, VedetteError) as error:
        kept = f"; a copy lies at {backup_path}" if backup_path else ""
        raise MigrationRefused(
            f"migration {migration.name} failed on {path}: {error}",
            f"the database is as it was before this migration{kept}",
            kind="failed",
        ) from error


def _run(connection: sqlite3.Connection, migration: Migration, now: float) -> None:
    began = time.perf_counter()
    connection.execute(load("admin/create_migrations"))
    for statement in _statements(migration.script):
        connection.execute(statement)
    if faults := connection.execute(load("admin/foreign_key_faults")).fetchall():
        raise VedetteError(f"{len(faults)} rows would refer to rows that are gone")
    connection.execute(
        load("admin/record_migration"),
        {
            "version": migration.version,
            "name": migration.name,
            "sha256": migration.sha256,
            "applied_at": times.text(now),
            "duration_ms": round((time.perf_counter() - began) * 1000),
        },
    )


def _statements(script: str) -> Iterator[str]:
    """A script's statements one by one: executescript would commit the transaction around it."""
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _backup(path: str, connection: sqlite3.Connection, first: Migration, now: float) -> str | None:
    """A whole copy beside the file, named for its time; None where no row was ever written."""
    tables = [name for (name,) in connection.execute(load("admin/tables")).fetchall()]
    if not tables or not connection.execute(load("admin/has_rows")).fetchone()[0]:
        return None
    stamp = times.text(now)[:19].replace("-", "").replace(":", "")
    backup_path = f"{path}.before-{first.version:03d}-{stamp}Z"
    if not store.create(backup_path):
        raise MigrationRefused(
            f"{path} was not upgraded: a copy named {backup_path} is already there",
            "move that copy away and try again",
            kind="backup",
        )
    try:
        copy = sqlite3.connect(backup_path)
        try:
            connection.backup(copy)
        finally:
            copy.close()
    except sqlite3.Error as error:
        os.unlink(backup_path)
        raise store.failure(backup_path, error) from error
    return backup_path


@contextmanager
def _alone(path: str, patience: float | None) -> Iterator[None]:
    """Holds the lock file beside `path`, so that of two starting processes one migrates."""
    lock_path = f"{path}.migrating"
    until = None if patience is None else time.monotonic() + patience
    while True:
        lock = _open_lock(lock_path)
        _lock(lock, path, until)
        if _is_still(lock, lock_path):
            break
        # The one who had it took the file away: what we locked is no longer the lock.
        os.close(lock)
    try:
        yield
    finally:
        os.unlink(lock_path)
        os.close(lock)


def _lock(lock: int, path: str, until: float | None) -> None:
    """Waits for the lock, at most until a moment of the monotonic clock."""
    # Only here: a start that finds nothing to do needs no lock.
    import fcntl

    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if until is None else fcntl.LOCK_NB))
            return
        except BlockingIOError:
            if until is not None and time.monotonic() >= until:
                os.close(lock)
                raise store.StoreFailed(
                    f"{path} is being upgraded by another process",
                    "try again when it has done",
                    kind="locked",
                ) from None
        time.sleep(_LOOK_SECONDS)


def _open_lock(lock_path: str) -> int:
    store.make_folder(lock_path)
    try:
        return os.open(lock_path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise store.not_made(lock_path, error) from None


def _is_still(descriptor: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:4])
    return shown if len(names) <= 4 else f"{shown} and {len(names) - 4} more tables"
