"""Imports transcripts: each file from where it was left, in short transactions, as often as asked.

What is stored of a file is where its first line starts that is not yet fully told. From there it
is read again, and telling again what is known changes nothing; so an interrupted import, a file
that grows and a file that was replaced are all the same case.
"""

import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from stat import S_ISREG
from typing import IO, NamedTuple

from ...sql import load
from .. import migrations, store, times
from ..prices import Pricing
from . import finding
from .keeping import Keeper, settle
from .lines import Identity, identity, lines
from .shelf import Ready, Shelf
from .told import Reader, Told

BATCH_BYTES = 1_000_000
"""Bytes of a transcript that are written in one transaction: another writer waits no longer."""
BATCH_ROWS = 400
WALK_SECONDS = 3.0
"""How often new files are looked for, and those that have not changed for `BUSY_SECONDS`."""
BUSY_SECONDS = 900.0
SETTLE_SECONDS = 30.0
"""How often it is asked whether a session that says nothing is over."""


class Imported(NamedTuple):
    """What an import found and wrote."""

    files: int
    """Transcripts that were read: those with something new."""
    bytes: int
    runs: int
    agents: int
    calls: int
    tools: int
    unreadable: int
    """Lines that were no record, or too long."""
    strange: tuple[str, ...]
    """Files that do not say whose transcript they are."""


class _Left(NamedTuple):
    """Where a file was left; a row of `ingest/transcript`."""

    path: str
    head_size: int
    head_sha256: str
    position: int
    state: str


class Importer:
    """Imports one client's transcripts into the database at `path`, once or again and again."""

    def __init__(self, path: str, client: str, pricing: Pricing, now: float) -> None:
        """Makes or upgrades the database. Raises MigrationRefused or StoreFailed."""
        migrations.migrate(path, now)
        self._path = path
        self._client = client
        self._shelf = Shelf(pricing)
        self._files: dict[str, _Look | None] = {}
        self._walk_at = 0.0
        self._seen: dict[str, _Look | None] = {}
        """Files as they looked when they were read last."""
        self._open_runs: set[str] = set()
        self._settle_at = 0.0

    def read(self, paths: list[str], now: float) -> Imported:
        """Imports what is new in these files and folders.

        Raises SourceError where nothing is there, StoreFailed where the database does not take it.
        """
        looks = self._looks(paths, now)
        moved = {path for path, look in looks.items() if look and self._seen.get(path) != look}
        is_due = bool(self._open_runs) and now >= self._settle_at
        if not moved and not is_due:
            return Imported(0, 0, 0, 0, 0, 0, 0, ())
        with self._connected() as connection:
            session = _Round(connection, self._client, self._shelf, now)
            for path in finding.in_order(moved):
                session.read_file(path)
                # As it was before it was read: what came since is read the next time.
                self._seen[path] = looks[path]
            self._open_runs |= session.runs
            self._open_runs = session.settle(self._open_runs)
        self._settle_at = now + SETTLE_SECONDS
        return session.result()

    def _looks(self, paths: list[str], now: float) -> dict[str, "_Look | None"]:
        """How the files look; those long unchanged, and new ones, are looked for less often."""
        if not 0 < self._walk_at - now <= WALK_SECONDS:
            self._walk_at = now + WALK_SECONDS
            self._files = {path: _look(path) for path in finding.transcripts(paths)}
        else:
            busy = [path for path, look in self._files.items() if _is_busy(look, now)]
            self._files.update((path, _look(path)) for path in busy)
        return self._files

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = store.connect(self._path)
        try:
            yield connection
        except sqlite3.Error as error:
            raise store.failure(self._path, error) from error
        finally:
            connection.close()


class _Round:
    """One look at all files that have moved."""

    def __init__(
        self, connection: sqlite3.Connection, client: str, shelf: Shelf, now: float
    ) -> None:
        self.runs: set[str] = set()
        """The sessions that were told of."""
        self._connection = connection
        self._client = client
        self._shelf = shelf
        self._now = now
        self._keeper = Keeper(connection)
        self._counts: Counter[str] = Counter()
        self._strange: list[str] = []

    def read_file(self, path: str) -> None:
        """Imports one file from where it was left."""
        try:
            with open(path, "rb") as file:
                self._read(path, file)
        except OSError:
            # Gone or not ours to read: the others are imported.
            self._strange.append(path)

    def settle(self, runs: Iterable[str]) -> set[str]:
        """Says of each session what can be said at the end; those that still go on."""
        going = set()
        for run_id in runs:
            with store.writing(self._connection):
                if not settle(self._connection, run_id, self._now):
                    going.add(run_id)
        return going

    def result(self) -> Imported:
        new = self._keeper.new
        return Imported(
            self._counts["files"],
            self._counts["bytes"],
            new["runs"],
            new["agents"],
            new["calls"],
            new["tools"],
            self._counts["unreadable"],
            tuple(self._strange),
        )

    def _read(self, path: str, file: IO[bytes]) -> None:
        who, left = self._left(file)
        size = os.fstat(file.fileno()).st_size
        if left.position > size:
            left = left._replace(position=0, state="{}")
        if size == left.position:
            return
        reader = finding.reader(self._client, path, finding.first_line(path), left.state)
        if reader is None:
            self._strange.append(path)
            return
        place = _Place(path, who, left.position)
        waiting: list[Told] = []
        size_of_batch, end = 0, left.position
        for line in lines(file, left.position):
            end = line.end
            size_of_batch += line.end - line.start
            if line.content is None:
                self._counts["unreadable"] += 1
            else:
                waiting += reader.read(line.content, line.start)
            if size_of_batch >= BATCH_BYTES or len(waiting) >= BATCH_ROWS:
                self._write(place, reader, waiting, end)
                waiting, size_of_batch = [], 0
        waiting += reader.rest()
        self._write(place, reader, waiting, end)
        self._counts["files"] += 1
        self._counts["bytes"] += end - left.position
        self._counts["unreadable"] += reader.unreadable

    def _left(self, file: IO[bytes]) -> tuple[Identity, _Left]:
        """The identity of a file, and where it was left; the start for one that is new."""
        who = identity(file)
        found = self._connection.execute(load("ingest/transcript"), who._asdict()).fetchone()
        if found is not None:
            left = _Left._make(found)
            if identity(file, left.head_size)[2:] == (left.head_size, left.head_sha256):
                return who, left
        return who, _Left("", 0, "", 0, "{}")

    def _write(self, place: "_Place", reader: Reader, told: list[Told], end: int) -> None:
        """Writes a batch, and how far the file is read, in one transaction."""
        ready: list[Ready] = self._shelf.ready(told)
        held = reader.hold()
        row = {
            **place.who._asdict(),
            "client": self._client,
            "path": place.path,
            "position": end if held is None else held,
            "state": reader.state(),
            "run_id": reader.run_id,
            "reported": reader.reported,
            "now": times.text(self._now),
        }
        with store.writing(self._connection):
            self._keeper.keep(ready)
            self._connection.execute(load("ingest/transcript_read"), row)
        if reader.run_id is not None:
            self.runs.add(reader.run_id)


class _Place(NamedTuple):
    path: str
    who: Identity
    start: int


class _Look(NamedTuple):
    """What changes when a file does."""

    inode: int
    size: int
    changed: int
    """Nanoseconds."""


def _look(path: str) -> _Look | None:
    """How a file looks; None for what is no file: opening a pipe would wait."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    if not S_ISREG(found.st_mode):
        return None
    return _Look(found.st_ino, found.st_size, found.st_mtime_ns)


def _is_busy(look: _Look | None, now: float) -> bool:
    return look is not None and look.changed / 1e9 > now - BUSY_SECONDS
