"""The bounded queue between an agent and the writer: it never holds an agent up for long."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from .statements import Entry

BATCH_SECONDS = 0.05
"""How long the first row of a batch waits for company."""
BATCH_ROWS = 500
"""So many rows wait for nobody."""
MOST_AT_ONCE = 1000
"""One transaction takes no more, so that other writers get their turn."""
PATIENCE_SECONDS = 0.04
"""How long a full queue holds an agent up at one row, before that row is dropped."""
STALL_SECONDS = 0.25
"""How long it does so in all, while the writer takes nothing: then rows are dropped at once."""
LIMIT = 20_000
"""What the queue holds, in rows of up to a kilobyte. Rows that change a state get twice that."""


class Ticket:
    """Work for the writer's connection that somebody waits for."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self.work = work
        self.settled = threading.Event()
        self.result: Any = None
        self.error: Exception | None = None
        self.given_up = False
        """Nobody waits any more: the work must not be done."""

    def settle(self, result: Any = None, error: Exception | None = None) -> None:
        """Hands the result, or the reason why there is none, to the one who waits."""
        self.result, self.error = result, error
        self.settled.set()


Group = tuple[Entry, ...]
"""Entries that are committed together."""


class Outbox:
    """A queue of groups and tickets, in order; thread-safe."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.dropped = 0
        """Rows that never reached the writer."""
        self._limit = limit
        # Of the kind that may be taken twice: a signal's handler may record, too.
        self._lock = threading.RLock()
        self._arrived = threading.Condition(self._lock)
        self._taken = threading.Condition(self._lock)
        self._done = threading.Condition(self._lock)
        self._waiting: deque[tuple[int, Group | Ticket]] = deque()
        self._weight = 0
        self._count_in = 0
        self._count_done = 0
        self._first_at = 0.0
        self._is_urgent = False
        self._patience = STALL_SECONDS
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Whether nothing more comes in."""
        return self._is_closed

    def put(self, group: Group, weight: int = 1, keep: bool = False) -> None:
        """Adds a group; where there is no room soon, drops and counts it.

        `weight` is its size in kilobytes; `keep` says that it changes a state.
        """
        with self._lock:
            if self._is_closed or (self._weight >= self._limit and not self._room(keep)):
                self.dropped += len(group)
                return
            self._add(weight, group)

    def put_ticket(self, ticket: Ticket) -> bool:
        """Adds a ticket, to be served at once; False where the queue is closed."""
        with self._lock:
            if self._is_closed:
                return False
            self._is_urgent = True
            self._add(1, ticket)
            self._arrived.notify()
            return True

    def take(self, seconds: float) -> list[Group | Ticket]:
        """The next batch: soon after something came, or nothing after `seconds`."""
        with self._lock:
            self._arrived.wait_for(lambda: self._waiting or self._is_closed, seconds)
            if self._waiting and not self._is_ripe():
                rest = self._first_at + BATCH_SECONDS - time.monotonic()
                self._arrived.wait_for(self._is_ripe, max(0.0, rest))
            return self._pop()

    def settle(self, count: int) -> None:
        """Says that `count` groups that were taken are dealt with."""
        with self._lock:
            self._count_done += count
            self._done.notify_all()

    def flush(self, seconds: float) -> bool:
        """Waits until all that was put before is dealt with; False if that took too long."""
        with self._lock:
            until = self._count_in
            if self._count_done < until:
                self._is_urgent = True
                self._arrived.notify()
            return self._done.wait_for(lambda: self._count_done >= until, seconds)

    def close(self) -> None:
        """Lets nothing more in."""
        with self._lock:
            self._is_closed = True
            self._arrived.notify_all()
            self._taken.notify_all()

    def wait_closed(self, seconds: float) -> bool:
        """Waits for the closing, at most `seconds`; whether it is closed."""
        with self._lock:
            return self._arrived.wait_for(lambda: self._is_closed, seconds)

    def _add(self, weight: int, group: Group | Ticket) -> None:
        self._waiting.append((weight, group))
        self._weight += weight
        self._count_in += 1
        count = len(self._waiting)
        if count == 1:
            self._first_at = time.monotonic()
            self._arrived.notify()
        elif count == BATCH_ROWS:
            self._arrived.notify()

    def _room(self, keep: bool) -> bool:
        limit = self._limit * 2 if keep else self._limit
        if self._weight >= limit and self._patience > 0:
            began = time.monotonic()
            self._taken.wait_for(lambda: self._weight < limit or self._is_closed, PATIENCE_SECONDS)
            self._patience -= time.monotonic() - began
        return self._weight < limit and not self._is_closed

    def _is_ripe(self) -> bool:
        return self._is_urgent or self._is_closed or len(self._waiting) >= BATCH_ROWS

    def _pop(self) -> list[Group | Ticket]:
        batch: list[Group | Ticket] = []
        while self._waiting and len(batch) < MOST_AT_ONCE:
            weight, group = self._waiting.popleft()
            self._weight -= weight
            batch.append(group)
        if not self._waiting:
            self._is_urgent = False
        self._first_at = time.monotonic()
        self._patience = STALL_SECONDS
        self._taken.notify_all()
        return batch
