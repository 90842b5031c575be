"""The one thread that writes a recorder's rows: in batches, patiently, never losing its place."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from .. import store, times
from ..store import StoreFailed
from . import processes, statements
from .outbox import Outbox, Ticket
from .payloads import Payloads
from .processes import Process
from .statements import Entry

T = TypeVar("T")

CALL_SECONDS = 30.0
"""How long somebody waits for the writer, where only a lock is in the way."""
_RETRY_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
_DROP_NOTICE_SECONDS = 1.0

# What is wrong with a row rather than with the store: only that row is lost.
_ROW_FAULTS = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    OverflowError,
    UnicodeEncodeError,
    ValueError,
    TypeError,
)


class Writer:
    """Writes what an outbox holds to the database at `path`."""

    def __init__(
        self,
        path: str,
        outbox: Outbox,
        payloads: Payloads,
        process: Process,
        clock: Callable[[], float],
        my_ids: Callable[[], frozenset[str]],
    ) -> None:
        self.trouble: StoreFailed | None = None
        """Why rows cannot be written just now."""
        self.lost = 0
        """Rows the database refused, or that were still waiting when time ran out."""
        self.turn = threading.Lock()
        """Held while the connection is in use."""
        self.shaping = threading.Lock()
        """Held while rows are made ready, which may import the price table."""
        self._path = path
        self._outbox = outbox
        self._payloads = payloads
        self._process = process
        self._clock = clock
        self._my_ids = my_ids
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._give_up_at = float("inf")
        self._beat_due = 0.0
        self._notice_due = 0.0
        self._told_dropped = 0
        self._is_ending = False
        self._thread = threading.Thread(target=self._work, name="vedette-recorder", daemon=True)

    @property
    def dropped(self) -> int:
        """Rows that were not written and never will be."""
        return self._outbox.dropped + self.lost

    def start(self) -> None:
        """Starts the thread, which says hello and buries the dead at once."""
        self._outbox.put_ticket(Ticket(lambda connection: None))
        self._thread.start()

    def close(self, seconds: float) -> None:
        """Writes what waits, says goodbye and ends; what takes longer than `seconds` is lost."""
        self._give_up_at = time.monotonic() + seconds
        self._outbox.close()
        self._thread.join(seconds)

    def call(self, work: Callable[[sqlite3.Connection], T], seconds: float = CALL_SECONDS) -> T:
        """Does work in a transaction of its own, after all rows put before; waits for it.

        Raises what the work raises, or StoreFailed where the store does not take it: a lock is
        waited for, at most `seconds`; anything else fails at once.
        """
        ticket = Ticket(work)
        until = time.monotonic() + seconds
        if not self._outbox.put_ticket(ticket):
            raise StoreFailed(f"the recorder on {self._path} is closed", "open a new one")
        while not ticket.settled.wait(0.05):
            trouble = self.trouble
            if time.monotonic() > until or (trouble and trouble.kind != "locked"):
                ticket.given_up = True
                raise trouble or StoreFailed(
                    f"{self._path} did not take a row within {seconds:.0f} s",
                    "look for a process that holds it locked",
                    kind="locked",
                )
        if ticket.error is not None:
            raise ticket.error
        result: T = ticket.result
        return result

    def disconnect(self) -> None:
        """Closes the connection; the next batch opens another. Hold `turn`."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _work(self) -> None:
        while True:
            # Asked before the step: what came in between is still taken.
            was_closed = self._outbox.is_closed
            took = self._step(max(0.0, self._beat_due - time.monotonic()))
            if was_closed and not took:
                break
        self._end()

    def _step(self, seconds: float) -> bool:
        """Takes one batch and writes it; whether there was anything to write."""
        batch = self._outbox.take(seconds)
        entries: list[Entry] = []
        for group in batch:
            if isinstance(group, Ticket):
                self._commit(entries)
                entries = []
                self._serve(group)
            else:
                entries.extend(group)
        if entries or time.monotonic() >= self._beat_due:
            self._commit(entries)
        self._outbox.settle(len(batch))
        return bool(batch)

    def _commit(self, entries: list[Entry]) -> None:
        """Writes entries in one transaction, trying again until it works or time is up."""
        with self.shaping:
            rows = self._payloads.stored(entries)
        if not self._persist(lambda connection: self._write(connection, rows)):
            self.lost += len(entries)

    def _serve(self, ticket: Ticket) -> None:
        def do(connection: sqlite3.Connection) -> None:
            if ticket.given_up:
                return
            with store.writing(connection):
                result = ticket.work(connection)
            ticket.settle(result)

        try:
            served = self._persist(do, until=lambda: ticket.given_up)
        except Exception as error:
            # Whatever the work raised belongs to the one who waits for it.
            ticket.settle(error=error)
            return
        if not served:
            ticket.settle(error=self.trouble)

    def _persist(
        self,
        do: Callable[[sqlite3.Connection], None],
        until: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Does something with the connection; while the store is in trouble, again and again."""
        tries = 0
        while True:
            try:
                with self.turn:
                    do(self._connected())
                self.trouble = None
                return True
            except StoreFailed as error:
                if error.kind not in _TROUBLES:
                    raise
                self.trouble = error
            except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
                if isinstance(error, _ROW_FAULTS):
                    raise
                self.trouble = store.failure(self._path, error)
            if until() or self._is_time_up(self.trouble):
                return False
            self._pause(_RETRY_SECONDS[min(tries, len(_RETRY_SECONDS) - 1)])
            tries += 1

    def _is_time_up(self, trouble: StoreFailed) -> bool:
        """At the end a lock is waited for, but not a disk that is full or a file that is gone."""
        is_hopeless = self._outbox.is_closed and trouble.kind != "locked"
        return is_hopeless or time.monotonic() >= self._give_up_at

    def _pause(self, seconds: float) -> None:
        if self._outbox.is_closed:
            time.sleep(max(0.0, min(seconds, self._give_up_at - time.monotonic())))
        else:
            self._outbox.wait_closed(seconds)

    def _write(self, connection: sqlite3.Connection, rows: list[Entry]) -> None:
        dropped, now = self.dropped, time.monotonic()
        rows = rows + self._own_rows(dropped, now)
        lost = 0
        try:
            with store.writing(connection):
                statements.write(connection, rows)
        except _ROW_FAULTS:
            with store.writing(connection):
                lost = _write_singly(connection, rows)
        self._own_rows_written(dropped, now)
        self.lost += lost

    def _own_rows(self, dropped: int, now: float) -> list[Entry]:
        """The heartbeat, and word of what was dropped, where they are due."""
        rows: list[Entry] = []
        at = times.text(self._clock())
        if self._is_notice_due(dropped, now):
            rows.append(("event", _drop_notice(dropped - self._told_dropped, at)))
        if rows or now >= self._beat_due:
            beat = {"id": self._process.id, "now": at, "dropped": dropped}
            rows.append(("process_end" if self._is_ending else "process_beat", beat))
        return rows

    def _own_rows_written(self, dropped: int, now: float) -> None:
        if self._is_notice_due(dropped, now):
            self._told_dropped = dropped
            self._notice_due = now + _DROP_NOTICE_SECONDS
            self._beat_due = now
        if now >= self._beat_due:
            self._beat_due = now + processes.HEARTBEAT_SECONDS

    def _is_notice_due(self, dropped: int, now: float) -> bool:
        return dropped > self._told_dropped and now >= self._notice_due

    def _connected(self) -> sqlite3.Connection:
        if self._file is not None and self._file != _identity(self._path):
            raise StoreFailed(
                f"{self._path} was deleted or replaced while it was written",
                "put the file back, or start the program again",
                kind="replaced",
            )
        if self._connection is None:
            self._connection = self._connect()
            self._file = _identity(self._path)
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        connection = store.connect(self._path)
        try:
            now = self._clock()
            with store.writing(connection):
                processes.begin(connection, self._process, now)
                processes.bury_dead(connection, self._process, self._my_ids(), now)
        except BaseException:
            connection.close()
            raise
        return connection

    def _end(self) -> None:
        self._is_ending = True
        self._beat_due = self._notice_due = 0.0
        self._commit([])
        with self.turn:
            self.disconnect()


def _write_singly(connection: sqlite3.Connection, rows: list[Entry]) -> int:
    """One by one, so that a row the database refuses takes no other with it; how many it did."""
    refused = 0
    for entry in statements.in_order(rows):
        try:
            statements.write_one(connection, _storable(entry))
        except _ROW_FAULTS:
            refused += 1
    return refused


_TROUBLES = frozenset({"locked", "full", "permission", "missing", "replaced", "io", "corrupt"})
"""Kinds of StoreFailed that are the store's, not the work's."""


def _drop_notice(count: int, at: str) -> tuple[Any, ...]:
    message = f"{count} rows dropped: the database was slower than the agent"
    return (None, None, "warn", "recorder.dropped", message, None, at)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _storable(entry: Entry) -> Entry:
    name, row = entry
    if isinstance(row, dict):
        return name, {key: _value(value) for key, value in row.items()}
    return name, tuple(map(_value, row))


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    return value if value is None or isinstance(value, int | float | bytes) else str(value)
