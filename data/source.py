"""One open source: its relations, read in short transactions, and whether it is still the same."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from .. import sql
from . import opening
from .errors import SourceError
from .opening import FileLook, Opened
from .rows import coerce
from .systems import System, create_views, recognise

R = TypeVar("R")
T = TypeVar("T")

# How many instructions of SQLite's machine run between two looks at the clock: about 1 ms.
_STEPS_BETWEEN_LOOKS = 10_000

_UNDECODABLE = "Could not decode to UTF-8"
"""What SQLite's module says of a text that is none."""


_NO_SUCH_ID = "malformed JSON"
"""What SQLite says of a search by an id that is none where ids are JSON: Amelia's agents."""


class Look(NamedTuple):
    """What tells two moments of a source apart without reading a row of it."""

    data_version: int
    schema_version: int
    file: FileLook


class Source:
    """A source system's file, open read-only; every read goes through its relations."""

    def __init__(self, path: str, opened: Opened, system: System) -> None:
        self.path = path
        self.connection = opened.connection
        self.system = system
        self.lacks = create_views(self.connection, system)
        """Why a relation has no rows, by its name: "TAC records no approvals"."""
        self.memo: dict[str, Any] = {}
        """What questions keep from one tick to the next (watermarks); gone when it is reopened."""
        self._immutable = opened.immutable
        self._bytes_moved_alone = False
        self._schema_version = _pragma(self.connection, "schema_version")
        opening.guard(self.connection)
        self.connection.text_factory = str
        self._identity = opened.identity
        self._last = self.look()

    def close(self) -> None:
        """Lets go of the file."""
        self.connection.close()

    def all(self, name: str, row_type: type[R], **parameters: object) -> list[R]:
        """Every row of the statement `sql/queries/NAME.sql`, as `row_type`."""
        return coerce(row_type, self.raw(name, **parameters))

    def one(self, name: str, row_type: type[R], **parameters: object) -> R | None:
        """The first row of the statement, or None."""
        rows = self.all(name, row_type, **parameters)
        return rows[0] if rows else None

    def raw(self, name: str, **parameters: object) -> list[tuple[Any, ...]]:
        """Every row of the statement as it stands in the file."""
        try:
            return self._fetched(sql.load(f"queries/{name}"), parameters)
        except sqlite3.Error as error:
            if str(error) == _NO_SUCH_ID:
                return []
            raise opening.fault(self.path, error) from error

    def select(self, statement: str, **parameters: object) -> list[tuple[Any, ...]]:
        """Every row of a statement that is not one of ours: `:sql`, or a page of any table."""
        try:
            return self._fetched(statement, parameters)
        except sqlite3.Error as error:
            raise opening.fault(self.path, error) from error

    def _fetched(self, statement: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        # fetchall: a half-read cursor is a held read transaction and freezes data_version.
        try:
            return self.connection.execute(statement, parameters).fetchall()
        except sqlite3.OperationalError as error:
            if _UNDECODABLE not in str(error):
                raise
        # One bad byte must not fail a page. From here on every text costs a call into Python.
        self.connection.text_factory = opening.tolerant_text
        return self.connection.execute(statement, parameters).fetchall()

    def since(self, relation: str, newest: int) -> int:
        """The first place rows of `relation` are looked for, where `newest` is the last one."""
        reach = self.system.reach.get(relation)
        return -(2**62) if reach is None else newest - reach

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One short read transaction: everything inside sees the same moment."""
        try:
            self.connection.execute("BEGIN").close()
            try:
                yield
            finally:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK").close()
        except sqlite3.Error as error:
            raise opening.fault(self.path, error) from error

    @contextmanager
    def limited(self, seconds: float) -> Iterator[None]:
        """Stops a statement inside that runs longer than `seconds`, with SourceError `slow`."""
        deadline = time.monotonic() + seconds
        self.connection.set_progress_handler(
            lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS
        )
        try:
            yield
        finally:
            self.connection.set_progress_handler(None, 0)

    def look(self) -> Look:
        """How the source stands now; raises SourceError when its file is gone or another one."""
        file = opening.look_at(self.path)
        if file.identity != self._identity:
            raise SourceError(
                f"{self.path} was replaced by another file", "it is opened again", kind="replaced"
            )
        try:
            version = _pragma(self.connection, "data_version")
            schema = _pragma(self.connection, "schema_version")
        except sqlite3.Error as error:
            raise opening.fault(self.path, error) from error
        return Look(version, schema, file)

    def moved(self) -> bool:
        """Whether anything may have been written since the last call; cheap: no row is read.

        Raises SourceError kind `replaced` when only a new connection can tell the truth.
        """
        look = self.look()
        last, self._last = self._last, look
        if look.schema_version != self._schema_version:
            raise self._changed("its tables changed")
        if self._immutable and look.file.wal_size > 0:
            # A connection that was told nobody writes would never see this -wal.
            raise self._changed("it got a writer")
        if look.data_version != last.data_version:
            self._bytes_moved_alone = False
            return True
        if self._bytes_moved_alone:
            raise self._changed("it was overwritten in place")
        # A checkpoint under way moves the bytes first and data_version by the next look; a file
        # copied over this one never moves data_version, and our cache would mix old and new.
        self._bytes_moved_alone = look.file.changed_ns != last.file.changed_ns
        return False

    def _changed(self, what: str) -> SourceError:
        return SourceError(f"{self.path}: {what}", "it is opened again", kind="replaced")


Question = Callable[[Source, float], T]
"""What a screen or a command wants to know: a pure function of the source and the time now."""


def open_source(path: str) -> Source:
    """The source at `path`, recognised by its tables; raises SourceError saying what to do."""
    opened = opening.connect(path)
    try:
        return Source(path, opened, recognise(opened.connection))
    except sqlite3.Error as error:
        opened.connection.close()
        raise opening.fault(path, error) from error
    except SourceError:
        opened.connection.close()
        raise


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    rows = connection.execute(f"PRAGMA {name}").fetchall()
    return int(rows[0][0])
