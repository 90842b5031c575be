"""Opens a SQLite file read-only without hurting its owner, and names every way that can fail."""

import os
import sqlite3
import stat
from typing import NamedTuple

from .errors import SourceError

CACHE_KILOBYTES = 8_000
"""Pages kept from look to look: the rows of a screen lie further apart in a large file."""

BUSY_SECONDS = 0.25
"""How long a read waits for a lock: a poll that waits longer is a stale screen."""

_MAGIC = b"SQLite format 3\x00"


class Identity(NamedTuple):
    """Which file lies at the path now: another pair of numbers is another file."""

    device: int
    inode: int


class FileLook(NamedTuple):
    """What a stat of the database and its -wal says; sizes in bytes, -1: there is no -wal."""

    identity: Identity
    size: int
    changed_ns: int
    wal_size: int


def look_at(path: str) -> FileLook:
    """The file at `path` as it lies there now; raises SourceError when it is not a regular file."""
    found = _stat(path)
    try:
        wal_size = os.stat(f"{path}-wal").st_size
    except OSError:
        wal_size = -1
    identity = Identity(found.st_dev, found.st_ino)
    return FileLook(identity, found.st_size, found.st_mtime_ns, wal_size)


class Opened(NamedTuple):
    """A read-only connection, which file it is on, and whether it reads it as one nobody writes."""

    connection: sqlite3.Connection
    identity: Identity
    immutable: bool


def connect(
    path: str, *, leaves_nothing: bool = False, busy_seconds: float = BUSY_SECONDS
) -> Opened:
    """A read-only connection to the file at `path`; raises SourceError with what to do instead.

    Looks before it leaps: a FIFO would hang the open for ever, a path with `#` or `?` would lose
    `mode=ro`, and an open that leaves a -wal or -shm behind could lock the owner out. For a single
    look `leaves_nothing`: a file that nobody has open is read as it lies there.
    """
    found = _stat(path)
    immutable = _reads_as_unwritten(path, found, leaves_nothing)
    mode = "mode=ro&immutable=1" if immutable else "mode=ro"
    try:
        connection = sqlite3.connect(
            f"file:{percent_encoded(path)}?{mode}",
            uri=True,
            timeout=busy_seconds,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
    except sqlite3.Error as error:
        raise fault(path, error) from error
    # One bad byte must not fail a page.
    connection.text_factory = tolerant_text
    try:
        connection.execute(f"PRAGMA cache_size = -{CACHE_KILOBYTES}").close()
        connection.execute("PRAGMA schema_version").fetchall()
    except sqlite3.Error as error:
        connection.close()
        raise fault(path, error) from error
    # As it lay there before it was opened: what took its place meanwhile is another file.
    return Opened(connection, Identity(found.st_dev, found.st_ino), immutable)


def guard(connection: sqlite3.Connection) -> None:
    """Closes every door but reading; after the TEMP VIEWs are made, since none can be made then."""
    connection.execute("PRAGMA query_only = 1").fetchall()
    connection.set_authorizer(_only_reading)


def percent_encoded(path: str) -> str:
    """`path`, absolute and safe inside a `file:` URI whatever characters it holds."""
    plain = b"/-._~abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    raw = os.fsencode(os.path.abspath(path))
    return "".join(chr(byte) if byte in plain else f"%{byte:02X}" for byte in raw)


def fault(path: str, error: sqlite3.Error) -> SourceError:
    """What an SQLite error on the source at `path` means to a person, and what to do."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    kind, title, hint = _FAULTS.get(code, ("error", "{path} cannot be read: {error}", _DOCTOR))
    return SourceError(title.format(path=path, error=error), hint.format(path=path), kind=kind)


_DOCTOR = "run `vedette doctor {path}` for every check"
_FAULTS = {
    sqlite3.SQLITE_BUSY: (
        "locked",
        "{path} is locked by another process",
        "its writer holds an exclusive lock; Vedette looks again by itself",
    ),
    sqlite3.SQLITE_LOCKED: (
        "locked",
        "{path} is locked by another process",
        "its writer holds an exclusive lock; Vedette looks again by itself",
    ),
    sqlite3.SQLITE_NOTADB: (
        "not_a_database",
        "{path} is not an SQLite database",
        "name another file; an encrypted database cannot be opened",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "corrupt",
        "{path} is damaged: {error}",
        "check it with `sqlite3 {path} 'PRAGMA integrity_check'`, or restore a backup",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "permission",
        "{path} cannot be opened: the file, its -wal or its -shm is out of reach",
        _DOCTOR,
    ),
    sqlite3.SQLITE_READONLY: (
        "side_files",
        "{path} cannot be read without writing beside it",
        "open it while its owner has it open, or as the user who owns it",
    ),
    sqlite3.SQLITE_IOERR: (
        "io",
        "{path} cannot be read: {error}",
        "check the disk and the mount; SQLite's WAL does not work on network file systems",
    ),
    sqlite3.SQLITE_INTERRUPT: (
        "slow",
        "a read of {path} took too long and was stopped",
        "narrow the filter or the window",
    ),
}


def _stat(path: str) -> os.stat_result:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        raise SourceError(
            f"there is no file at {path}",
            "check the path; `vedette demo` shows made-up agents, `vedette migrate --db PATH` "
            "makes a new database",
            kind="missing",
        ) from None
    except (OSError, ValueError) as error:
        raise SourceError(
            f"{path} cannot be reached: {getattr(error, 'strerror', None) or error}",
            "check the path and the folder's permissions",
            kind="permission" if isinstance(error, PermissionError) else "missing",
        ) from None
    for is_kind, what in _NOT_FILES:
        if is_kind(found.st_mode):
            raise SourceError(
                f"{path} is {what}, not a database file",
                "name the SQLite file itself",
                kind="not_a_file",
            )
    return found


_NOT_FILES = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


_SMALLEST = 512
"""Bytes of the smallest page: SQLite takes a file with fewer for a database without tables."""


def _reads_as_unwritten(path: str, found: os.stat_result, leaves_nothing: bool) -> bool:
    """Whether a WAL database must be opened as immutable: no rows in a -wal, and none can be made.

    Raises SourceError for a file that is no database, and where a read-only open would be refused,
    or would leave files behind that keep the owner from writing (SQLite makes them in the
    reader's name).
    """
    if found.st_size == 0:
        raise SourceError(
            f"{path} is empty: there is no database in it yet",
            "start its writer, or name another file",
            kind="empty",
        )
    if found.st_size < _SMALLEST:
        raise _no_database(path)
    if _is_in_use(path) or not _header_says_wal(path):
        return False
    if leaves_nothing or not os.access(os.path.dirname(os.path.abspath(path)), os.W_OK):
        return _has_no_rows_in_wal(path)
    if os.geteuid() not in (0, found.st_uid):
        raise SourceError(
            f"opening {path} would leave a -wal and -shm that its owner could not write",
            "open it while its owner has it open, or as the user who owns it",
            kind="side_files",
        )
    return False


def _is_in_use(path: str) -> bool:
    """Whether a -shm says that somebody has it open; raises SourceError where one is unreadable.

    Perhaps this very process has: then its header must not be read. Closing any descriptor of a
    file drops every POSIX lock this process has on it, SQLite's too; whoever closes the database
    next takes himself for the last and deletes the -wal under us, and what we write is lost.
    """
    for each in (path, f"{path}-wal", f"{path}-shm"):
        if os.path.exists(each) and not os.access(each, os.R_OK):
            raise _no_permission(each)
    return os.path.exists(f"{path}-shm")


def _has_no_rows_in_wal(path: str) -> bool:
    """True; raises SourceError where a -wal holds rows that cannot be read without a -shm."""
    if look_at(path).wal_size > 0:
        raise SourceError(
            f"{path} holds rows in its -wal that cannot be read here: its -shm is gone",
            "open it once as its owner, or make its folder writable",
            kind="side_files",
        )
    return True


def _header_says_wal(path: str) -> bool:
    """Whether the file keeps a WAL; raises SourceError for a file that is no database."""
    try:
        with open(path, "rb") as file:
            header = file.read(100)
    except OSError as error:
        raise _no_permission(path, error) from None
    if not header.startswith(_MAGIC):
        raise _no_database(path)
    return 2 in header[18:20]


def _no_database(path: str) -> SourceError:
    return SourceError(
        f"{path} is not an SQLite database",
        "name another file; an encrypted database cannot be opened",
        kind="not_a_database",
    )


def _no_permission(path: str, error: OSError | None = None) -> SourceError:
    why = f": {error.strerror}" if error is not None and error.strerror else ""
    return SourceError(
        f"{path} cannot be read by you{why}",
        f"ask its owner, or run `chmod o+r {path}`",
        kind="permission",
    )


def tolerant_text(raw: bytes) -> str:
    """A text as it was stored, bytes that are no UTF-8 marked."""
    return raw.decode("utf-8", "replace")


_ALLOWED = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
    }
)
_PRAGMAS = frozenset(
    {
        "application_id",
        "data_version",
        "foreign_key_list",
        "freelist_count",
        "index_info",
        "index_list",
        "index_xinfo",
        "integrity_check",
        "journal_mode",
        "page_count",
        "page_size",
        "quick_check",
        "schema_version",
        "table_info",
        "table_list",
        "table_xinfo",
        "user_version",
    }
)
# These take a table's name; any other PRAGMA with a value would set something.
_PRAGMAS_OF_TABLES = frozenset(
    {
        "foreign_key_list",
        "index_info",
        "index_list",
        "index_xinfo",
        "table_info",
        "table_xinfo",
        "integrity_check",
        "quick_check",
    }
)


def _only_reading(
    action: int, first: str | None, second: str | None, database: str | None, source: str | None
) -> int:
    if action == sqlite3.SQLITE_PRAGMA:
        name = (first or "").lower()
        known = name in _PRAGMAS and (second is None or name in _PRAGMAS_OF_TABLES)
        return sqlite3.SQLITE_OK if known else sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and second == "load_extension":
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
