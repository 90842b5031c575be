"""What every handle of one recorder shares: its clock, its ids, its queue and its writer.

Survives a fork: the child gets a queue, a writer and a process row of its own.
"""

import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from .. import times
from ..store import StoreFailed
from . import processes
from .outbox import Group, Outbox, Ticket
from .payloads import Payloads
from .writer import CALL_SECONDS, Writer

if TYPE_CHECKING:
    from .asking import Open

T = TypeVar("T")

CLOSE_SECONDS = 5.0
_FORK_SECONDS = 0.05
_IMPORT_SECONDS = 1.0
"""How long a fork waits for an import to end: a child can never use a module that is half there."""


class Desk:
    """Where rows are handed in."""

    def __init__(
        self,
        path: str,
        payloads: Payloads,
        clock: Callable[[], float],
        ids: Callable[[str], str] | None,
        program: str | None,
    ) -> None:
        self.path = path
        self.clock = clock
        self.new_id = ids or random_id
        self.children: dict[str, Open] = {}
        """Runs and gates that are still open."""
        self.generation = 0
        """How many forks lie between this process and the one that made the desk."""
        self._payloads = payloads
        self._program = program
        self._stamp = (0, "")
        self._is_closed = False
        self._writer: Writer
        self._holds: list[threading.Lock] = []
        self._sleep()
        # Before the first row: a neighbour that opens now must know us for alive.
        _remember(self)
        self._wake()

    @property
    def dropped(self) -> int:
        """Rows that were not written and never will be."""
        return self._outbox.dropped if self._is_asleep else self._writer.dropped

    def stamp(self) -> str:
        """The time now, as it is stored."""
        return self.text(self.clock())

    def text(self, epoch: float) -> str:
        """A moment as it is stored; quicker than `times.text` within one second."""
        second, micros = divmod(round(epoch * 1e6), 1_000_000)
        known, prefix = self._stamp
        if known != second:
            prefix = times.text(second)[:20]
            self._stamp = second, prefix
        return f"{prefix}{micros:06d}Z"

    def put(self, group: Group, weight: int = 1, keep: bool = False) -> None:
        """Hands in rows that are committed together; see `Outbox.put`."""
        if self._is_asleep:
            self._wake()
        self._outbox.put(group, weight, keep)

    def call(self, work: Callable[[sqlite3.Connection], T], seconds: float = CALL_SECONDS) -> T:
        """Does work in a transaction, after all rows handed in before; see `Writer.call`."""
        self._wake()
        if self._is_asleep:
            raise StoreFailed(f"the recorder on {self.path} is closed", "open a new one")
        return self._writer.call(work, seconds)

    def leave(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Like `call`, but waits for nothing and hears of nothing."""
        self._wake()
        self._outbox.put_ticket(Ticket(work))

    def flush(self, seconds: float) -> bool:
        """Waits until all that was handed in is written; False if that took too long."""
        return self._outbox.flush(seconds)

    def close(self) -> None:
        """Ends what is still open, writes what waits, says goodbye; at most 5 s."""
        if self._is_closed:
            return
        self._is_closed = True
        for child in list(self.children.values()):
            child.abandon("failed", processes.CRASHED)
        if not self._is_asleep:
            self._writer.close(CLOSE_SECONDS)
        _DESKS.discard(self)

    def before_fork(self) -> None:
        """Lets go of the file: a child must not find SQLite with a parent's connection in it."""
        if self._is_asleep:
            return
        self._outbox.flush(_FORK_SECONDS)
        waits = (
            (self._writer.shaping, _IMPORT_SECONDS),
            (self._writer.turn, _FORK_SECONDS),
            (self.reading, _FORK_SECONDS),
        )
        self._holds = [lock for lock, seconds in waits if lock.acquire(timeout=seconds)]
        if self._writer.turn in self._holds:
            self._writer.disconnect()

    def after_fork_in_parent(self) -> None:
        """Lets the writer and the readers go on."""
        for lock in self._holds:
            lock.release()
        self._holds = []

    def after_fork_in_child(self) -> None:
        """Starts over: the parent's rows are the parent's, and so are its open runs."""
        if not self._is_asleep and not {self._writer.turn, self.reading} <= set(self._holds):
            # A connection could not be closed. To open the file beside it could harm it.
            _inherited().append(self._writer)
            self._is_closed = True
        self.generation += 1
        self.children.clear()
        self._sleep()
        if self._is_closed:
            self._outbox.close()
        elif forking := sys.modules.get("multiprocessing.util"):
            # Its children leave without atexit; this is the goodbye they do say.
            forking.register_after_fork(self, _close_with_the_child)

    def _sleep(self) -> None:
        """A queue and a process of its own; the writer starts with the first row."""
        self.process = processes.this_process(self.new_id("process"), self._program)
        self._outbox = Outbox()
        self._is_asleep = True
        self._waking = threading.RLock()
        self.reading = threading.Lock()
        """Held while anything but the writer has the file open."""
        self._holds = []

    def _wake(self) -> None:
        with self._waking:
            if self._is_asleep and not self._is_closed:
                self._writer = Writer(
                    self.path, self._outbox, self._payloads, self.process, self.clock, _my_ids
                )
                self._writer.start()
                self._is_asleep = False


def _close_with_the_child(desk: Desk) -> None:
    from multiprocessing import util

    util.Finalize(desk, desk.close, exitpriority=100)


def random_id(prefix: str) -> str:
    """`r-5f3a9c1b2d4e` for a run: short enough to read out, long enough never to meet again."""
    return f"{prefix[0]}-{os.urandom(6).hex()}"


_DESKS: set[Desk] = set()
"""The open desks of this process."""
_REMEMBERING = threading.Lock()


def _my_ids() -> frozenset[str]:
    return frozenset([desk.process.id for desk in list(_DESKS)])


def _remember(desk: Desk) -> None:
    with _REMEMBERING:
        _watch_forks()
        _DESKS.add(desk)


@cache
def _watch_forks() -> None:
    """Tells every open desk of every fork; once, with the first of them."""

    def each(do: Callable[[Desk], None]) -> Callable[[], None]:
        def do_each() -> None:
            for desk in list(_DESKS):
                do(desk)

        return do_each

    os.register_at_fork(
        before=each(Desk.before_fork),
        after_in_parent=each(Desk.after_fork_in_parent),
        after_in_child=each(Desk.after_fork_in_child),
    )


@cache
def _inherited() -> list[Writer]:
    """Writers whose connection is the parent's: never closed, never collected."""
    return []
