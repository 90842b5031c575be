"""Asking a person and waiting for the answer: the one place where a program waits."""

import sqlite3
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypedDict, TypeVar, Unpack

from ...sql import load
from .. import opening, store
from ..errors import SourceError
from ..store import StoreFailed
from . import gates
from .gates import ON_TIMEOUT, RISKS, Answer, Asked
from .payloads import as_document

if TYPE_CHECKING:
    from .desk import Desk
    from .handles import ToolHandle

T = TypeVar("T")

LOOK_SECONDS = 0.1
"""How often a waiting program looks for the answer."""
_INTERRUPTED = "the asking program was interrupted"


class Terms(TypedDict, total=False):
    """How a question is asked."""

    kind: str
    risk: str
    """low, medium, high or critical; medium where nothing is said."""
    why: str | None
    """The agent's own reason."""
    timeout: float | None
    """Seconds until nobody answered; None waits for ever."""
    needed: int
    """How many people must agree."""
    on_timeout: str | None
    """What the agent does when nobody answers, as people read it."""
    tool: "ToolHandle | None"
    requested_by: str | None
    """user@host/pid where nothing is said."""
    run_id: str | None
    """Whose question it is, where another program records it; an agent knows its own."""
    agent_id: str | None
    id: str | None


class Outcome(NamedTuple):
    """What came of a tool call that may happen only once."""

    status: str
    """completed or failed."""
    output: str | None
    resolved_at: str


class Open:
    """What a handle holds while it is open, and ends with it."""

    def abandon(self, status: str, reason: str) -> None:
        """Ends it because what it belongs to ends."""
        raise NotImplementedError


class Gate(Open):
    """One question that waits for a person."""

    def __init__(
        self,
        desk: "Desk",
        siblings: dict[str, Open],
        title: str,
        payload: object,
        terms: Terms,
        heard: Callable[[Answer], None],
    ) -> None:
        self._desk = desk
        self._siblings = siblings
        self._heard = heard
        self._generation = desk.generation
        self._answer: Answer | None = None
        self._is_withdrawn = False
        self._is_refused = False
        """Its id is another gate's: that one is not this one's to take back."""
        self._has_it = False
        """Whether it took up the decision, for a thread that looks at the same time."""
        self._file: opening.Identity | None = None
        self._timeout = terms.get("timeout")
        self._asked = _asked(desk, title, payload, terms)
        self._sha256 = gates.sha256_of(self._asked.payload)
        self.id = self._asked.id

    def open(self) -> None:
        """Puts the question before people; committed when this returns. Raises StoreFailed."""
        now = self._desk.clock()
        if self._timeout is not None:
            self._asked = self._asked._replace(expires_at=now + self._timeout)
        self._siblings[self.id] = self
        try:
            self._call(lambda connection: self._write(connection, now))
            self._file = self._identity()
        except BaseException as error:
            self._is_refused = isinstance(error, StoreFailed) and error.kind == "refused"
            self.withdraw(_INTERRUPTED)
            raise

    def look(self) -> Answer | None:
        """The answer, or None while there is none. Raises StoreFailed, never approves then."""
        if self._answer is None:
            with self._desk.reading:
                answer = self._read()
            if answer.outcome in ("approved", "rejected"):
                self._settle(self._call(self._pick_up))
            elif answer.outcome != "pending":
                self._settle(answer)
            elif self._is_over():
                self._settle(self._call(self._expire_or_pick_up))
        return self._answer

    def wait(self) -> Answer:
        """Waits for the answer. An interrupt withdraws the question."""
        try:
            while (answer := self.look()) is None:
                time.sleep(LOOK_SECONDS)
        except BaseException:
            self.withdraw(_INTERRUPTED)
            raise
        return answer

    async def wait_async(self) -> Answer:
        """Waits for the answer and lets others work. A cancelled task withdraws the question."""
        # Only here: a program without asyncio does not pay for it.
        import asyncio

        try:
            while True:
                if answer := await asyncio.to_thread(self.look):
                    return answer
                await asyncio.sleep(LOOK_SECONDS)
        except BaseException:
            self.withdraw(_INTERRUPTED)
            raise

    def withdraw(self, reason: str = "the agent no longer wants it") -> None:
        """Takes the question back, unless it was answered. Waits for nothing."""
        if self._answer is None and self._generation == self._desk.generation:
            self._is_withdrawn = True
            self._siblings.pop(self.id, None)
            if self._is_refused:
                return
            at = self._desk.stamp()
            self._desk.leave(lambda connection: gates.withdraw(connection, self.id, reason, at))

    def change(self, payload: object) -> bool:
        """Asks for something else; False where the question is over. Raises StoreFailed."""
        text, now = as_document(payload), self._desk.clock()
        changed = self._call(lambda connection: gates.change(connection, self.id, text, now))
        if changed:
            self._sha256 = gates.sha256_of(text)
        return changed

    def abandon(self, status: str, reason: str) -> None:
        """Takes it back because what asked it is over."""
        self.withdraw(reason)

    def _write(self, connection: sqlite3.Connection, now: float) -> None:
        # Interrupted before the writer came to it: then nobody must be asked.
        if not self._is_withdrawn:
            gates.open_gate(connection, self._asked, now)

    def _pick_up(self, connection: sqlite3.Connection) -> Answer:
        now = self._desk.clock()
        answer = gates.pick_up(connection, self.id, self._sha256, now, again=self._has_it)
        self._has_it = True
        return answer

    def _expire_or_pick_up(self, connection: sqlite3.Connection) -> Answer:
        if gates.expire(connection, self.id, self._desk.clock()):
            return gates.standing(connection, self.id)[0]
        # A decision came between the look and this.
        return self._pick_up(connection)

    def _is_over(self) -> bool:
        expires_at = self._asked.expires_at
        return expires_at is not None and self._desk.clock() >= expires_at

    def _read(self) -> Answer:
        """The gate as its row stands, by a short connection of its own."""
        pending = Answer("pending", None, None, self.id)
        if self._identity() != self._file:
            raise StoreFailed(
                f"{self._desk.path} was replaced while gate {self.id} was open",
                "what was asked there is lost: nothing may run; ask again",
                kind="replaced",
            )
        try:
            connection = store.connect_reading(self._desk.path)
        except SourceError as error:
            if error.kind == "locked":
                return pending
            raise StoreFailed(error.title, error.hint, kind=error.kind) from error
        try:
            return gates.standing(connection, self.id)[0]
        except sqlite3.Error as error:
            failure = store.failure(self._desk.path, error)
            if failure.kind == "locked":
                return pending
            raise failure from error
        finally:
            connection.close()

    def _identity(self) -> opening.Identity:
        try:
            return opening.look_at(self._desk.path).identity
        except SourceError as error:
            raise StoreFailed(error.title, error.hint, kind=error.kind) from error

    def _settle(self, answer: Answer) -> None:
        self._answer = answer
        self._siblings.pop(self.id, None)
        self._heard(answer)

    def _call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._desk.call(work)
        except sqlite3.IntegrityError as error:
            raise StoreFailed(
                f"gate {self.id} was not asked: {error}",
                "its run and agent must be in the database, its id must be new",
                kind="refused",
            ) from error


class Door:
    """Something that can ask: an agent, or a program for somebody else."""

    _desk: "Desk"

    def gate(self, title: str, payload: object, **terms: Unpack[Terms]) -> Gate:
        """Asks without waiting. Raises StoreFailed where the question was not written."""
        gate = self._question(title, payload, terms)
        gate.open()
        return gate

    def ask(self, title: str, payload: object, **terms: Unpack[Terms]) -> Answer:
        """Asks, waits for the decision, returns it. Raises StoreFailed: closed, never open."""
        return self.gate(title, payload, **terms).wait()

    async def ask_async(self, title: str, payload: object, **terms: Unpack[Terms]) -> Answer:
        """Like `ask`, while other tasks go on."""
        import asyncio

        gate = self._question(title, payload, terms)
        try:
            await asyncio.to_thread(gate.open)
        except BaseException:
            gate.withdraw(_INTERRUPTED)
            raise
        return await gate.wait_async()

    def take(self, gate_id: str, payload: object) -> Answer | None:
        """The decision on a gate that a process before this one asked, and did not live to hear.

        None where it was heard, or never decided: then ask anew. Raises StoreFailed, also where
        its asker still waits.
        """
        sha256 = gates.sha256_of(as_document(payload))
        answer = self._desk.call(
            lambda connection: gates.take(connection, gate_id, sha256, self._desk.clock())
        )
        if answer is not None:
            self._heard(answer)
        return answer

    def outcome(self, idempotency_key: str) -> Outcome | None:
        """What came of the tool call with this key, or None: it has not happened yet.

        Raises StoreFailed: what cannot be looked up may have happened.
        """
        row = self._desk.call(
            lambda connection: connection.execute(
                load("records/outcome_of"), {"idempotency_key": idempotency_key}
            ).fetchone()
        )
        return None if row is None else Outcome._make(row)

    def _question(self, title: str, payload: object, terms: Terms) -> Gate:
        raise NotImplementedError

    def _heard(self, answer: Answer) -> None:
        """An answer has come."""
        raise NotImplementedError


def _asked(desk: "Desk", title: str, payload: object, terms: Terms) -> Asked:
    risk, tool = terms.get("risk", "medium"), terms.get("tool")
    if risk not in RISKS:
        raise ValueError(f"risk is one of {', '.join(RISKS)}, not {risk!r}")
    return Asked(
        id=terms.get("id") or desk.new_id("gate"),
        run_id=terms.get("run_id"),
        agent_id=terms.get("agent_id"),
        tool_call_id=None if tool is None else tool.id,
        process_id=desk.process.id,
        kind=terms.get("kind", "gate"),
        title=title,
        why=terms.get("why"),
        payload=as_document(payload),
        risk=risk,
        needed=max(1, terms.get("needed", 1)),
        on_timeout=terms.get("on_timeout") or ON_TIMEOUT,
        requested_by=terms.get("requested_by") or gates.requester(),
        expires_at=None,
    )
