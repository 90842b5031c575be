"""A gate asked by a process that waits for nothing else: no thread, no queue, one guard.

The guard is a child process that does nothing until its parent dies, and then takes the question
back: a parent that is killed cannot do it itself, and nobody must approve for the dead.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, TypeVar

from ...sql import load
from .. import migrations, opening, store, times
from ..errors import SourceError
from ..store import StoreFailed
from . import gates, processes
from .gates import ON_TIMEOUT, Answer, Asked
from .payloads import as_document
from .processes import Process

T = TypeVar("T")

LOOK_SECONDS = 0.05
"""How often the waiting process asks the database's change counter."""
_GUARD_SECONDS = 60.0
"""How long the guard tries to take a dead process's question back."""


class Words(NamedTuple):
    """What is asked, and how."""

    title: str
    payload: object
    risk: str = "medium"
    why: str | None = None
    kind: str = "gate"
    run_id: str | None = None
    agent_id: str | None = None
    tool_call_id: str | None = None
    expires_at: float | None = None


def never() -> str | None:
    """Nothing stops the waiting."""
    return None


class Question:
    """One gate of this process, from asking to the receipt; use it as a context.

    Everything raises StoreFailed where the store fails; then nothing is approved.
    """

    def __init__(
        self,
        path: str,
        words: Words,
        program: str,
        *,
        patience: float = 30.0,
        stop: Callable[[], str | None] = never,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`patience` is how many seconds a lock is waited for; `stop` says why to give up."""
        self.path = path
        self._patience = patience
        self._stop = stop
        self._clock = clock
        self._process = processes.this_process(f"p-{os.urandom(6).hex()}", program)
        self._asked = _asked(words, self._process)
        self.id = self._asked.id
        self.sha256 = gates.sha256_of(self._asked.payload)
        self._file: opening.Identity | None = None
        self._looking: sqlite3.Connection | None = None
        self._version: int | str = -1
        self._beat_due = 0.0
        self._guard: _Guard | None = None

    def __enter__(self) -> "Question":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self) -> None:
        """Puts the question before people; committed when this returns."""
        migrations.migrate(self.path, self._clock())
        # Before any connection is open: a fork must not inherit one.
        self._guard = _Guard(self.path, self._process.id)
        self._file = self._identity()
        try:
            self._write(self._open)
        except sqlite3.IntegrityError as error:
            raise StoreFailed(
                f"gate {self.id} was not asked: {error}",
                "its run and agent must be in the database",
                kind="refused",
            ) from error

    def wait(self) -> Answer:
        """Waits for the answer, and leaves the receipt that it was picked up."""
        while True:
            if (answer := self._look()) is not None:
                return answer
            if reason := self._stop():
                return self._withdraw(reason)
            self._beat()
            time.sleep(LOOK_SECONDS)

    def go_on(self) -> None:
        """Leaves the receipt that the asker went on with what was approved."""
        facts = {"id": self.id, "now": times.text(self._clock())}
        self._write(lambda connection: connection.execute(load("records/gate_moved_on"), facts))

    def close(self) -> None:
        """Says goodbye. What is still open then is taken back by the guard."""
        if self._looking is not None:
            self._looking.close()
            self._looking = None
        if self._guard is None:
            return
        now = times.text(self._clock())
        goodbye = {"id": self._process.id, "now": now, "dropped": 0}

        def leave(connection: sqlite3.Connection) -> bool:
            is_pending = gates.standing(connection, self.id)[0].outcome == "pending"
            if not is_pending:
                connection.execute(load("records/process_end"), goodbye)
            return not is_pending

        is_over = False
        with suppress(SourceError, StoreFailed, sqlite3.Error):
            is_over = self._write(leave)
        if is_over:
            self._guard.dismiss()
        else:
            self._guard.leave_behind()
        self._guard = None

    def _open(self, connection: sqlite3.Connection) -> None:
        now = self._clock()
        processes.begin(connection, self._process, now)
        processes.bury_dead(connection, self._process, frozenset(), now)
        gates.open_gate(connection, self._asked, now)
        self._beat_due = time.monotonic() + processes.HEARTBEAT_SECONDS

    def _look(self) -> Answer | None:
        """The answer, or None while there is none."""
        is_over = self._is_over()
        if not self._has_changed() and not is_over:
            return None
        outcome = self._read()
        if outcome in ("approved", "rejected"):
            return self._write(self._pick_up)
        if outcome == "pending":
            return self._write(self._expire_or_pick_up) if is_over else None
        return self._write(lambda connection: gates.standing(connection, self.id)[0])

    def _has_changed(self) -> bool:
        """Whether anybody wrote since the last look, by the change counter. Locked is no news."""
        if self._identity() != self._file:
            raise StoreFailed(
                f"{self.path} was replaced while gate {self.id} was open",
                "what was asked there is lost: nothing may run; ask again",
                kind="replaced",
            )
        version = self._reading("records/data_version")
        if version is None or version == self._version:
            return False
        self._version = version
        return True

    def _read(self) -> str:
        """The gate's status; pending where the file is locked just now."""
        status = self._reading("records/gate", {"id": self.id})
        if status is None:
            # Not seen: the next look must read it again.
            self._version = -1
            return "pending"
        return str(status)

    def _reading(self, name: str, facts: dict[str, str] | None = None) -> int | str | None:
        """The first column a statement gives, None where the file is locked."""
        try:
            if self._looking is None:
                self._looking = store.connect_reading(self.path)
            row = self._looking.execute(load(name), facts or {}).fetchall()
        except SourceError as error:
            if error.kind == "locked":
                return None
            raise StoreFailed(error.title, error.hint, kind=error.kind) from error
        except sqlite3.Error as error:
            failure = store.failure(self.path, error)
            if failure.kind == "locked":
                return None
            raise failure from error
        if not row:
            raise gates.gone(self.id)
        value: int | str = row[0][0]
        return value

    def _pick_up(self, connection: sqlite3.Connection) -> Answer:
        return gates.pick_up(connection, self.id, self.sha256, self._clock())

    def _expire_or_pick_up(self, connection: sqlite3.Connection) -> Answer:
        if gates.expire(connection, self.id, self._clock()):
            return gates.standing(connection, self.id)[0]
        # A decision came between the look and this.
        return self._pick_up(connection)

    def _withdraw(self, reason: str) -> Answer:
        """Takes it back; a decision that came first is not acted on, for the asker is going."""
        at = times.text(self._clock())
        with suppress(SourceError, StoreFailed, sqlite3.Error):
            self._write(lambda connection: gates.withdraw(connection, self.id, reason, at))
        return Answer("withdrawn", None, reason, self.id)

    def _is_over(self) -> bool:
        expires_at = self._asked.expires_at
        return expires_at is not None and self._clock() >= expires_at

    def _beat(self) -> None:
        if time.monotonic() < self._beat_due:
            return
        self._beat_due = time.monotonic() + processes.HEARTBEAT_SECONDS
        row = {"id": self._process.id, "now": times.text(self._clock()), "dropped": 0}
        try:
            self._once(lambda connection: connection.execute(load("records/process_beat"), row))
        except (SourceError, StoreFailed) as error:
            if error.kind != "locked":
                raise

    def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Does work in a transaction of its own; a lock is waited for, at most `patience`."""
        until = time.monotonic() + self._patience
        while True:
            try:
                return self._once(work)
            except (SourceError, StoreFailed) as error:
                if error.kind != "locked" or time.monotonic() >= until or self._stop():
                    raise
            time.sleep(LOOK_SECONDS)

    def _once(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = store.connect(self.path)
        try:
            if self._identity() != self._file:
                raise StoreFailed(
                    f"{self.path} was replaced by another file",
                    "nothing may run; ask again",
                    kind="replaced",
                )
            with store.writing(connection):
                return work(connection)
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise store.failure(self.path, error) from error
        finally:
            connection.close()

    def _identity(self) -> opening.Identity:
        try:
            return opening.look_at(self.path).identity
        except SourceError as error:
            raise StoreFailed(error.title, error.hint, kind=error.kind) from error


class _Guard:
    """The child process that outlives this one for as long as a question needs it."""

    def __init__(self, path: str, process_id: str) -> None:
        reading, self._writing = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.close(self._writing)
                _stand_guard(reading, path, process_id)
            finally:
                os._exit(0)
        os.close(reading)

    def dismiss(self) -> None:
        """There is nothing left to take back."""
        with suppress(OSError):
            os.write(self._writing, b".")
        self.leave_behind()
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)

    def leave_behind(self) -> None:
        """As if this process had died: the guard takes back what is open."""
        os.close(self._writing)


def _stand_guard(reading: int, path: str, process_id: str) -> None:
    """Waits for the parent's goodbye; a pipe that closes without one is its death."""
    # In a group of its own: what kills the parent's whole group must not kill its guard.
    os.setsid()
    # Where the parent's own are closed, the pipe may stand in their place.
    reading = fcntl.fcntl(reading, fcntl.F_DUPFD, 3)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nothing, descriptor)
    os.closerange(3, reading)
    os.closerange(reading + 1, 256)
    if os.read(reading, 1):
        return
    until = time.monotonic() + _GUARD_SECONDS
    while time.monotonic() < until:
        try:
            connection = store.connect(path)
            try:
                with store.writing(connection):
                    processes.bury(connection, process_id, time.time())
                return
            finally:
                connection.close()
        except (sqlite3.Error, StoreFailed) as error:
            failure = store.failure(path, error) if isinstance(error, sqlite3.Error) else error
            if failure.kind != "locked":
                return
            time.sleep(0.2)


def _asked(words: Words, process: Process) -> Asked:
    return Asked(
        id=f"g-{os.urandom(6).hex()}",
        run_id=words.run_id,
        agent_id=words.agent_id,
        tool_call_id=words.tool_call_id,
        process_id=process.id,
        kind=words.kind,
        title=words.title,
        why=words.why,
        payload=as_document(words.payload),
        risk=words.risk,
        needed=1,
        on_timeout=ON_TIMEOUT,
        requested_by=gates.requester(),
        expires_at=words.expires_at,
    )
