"""A gate from the asking side: opened, watched, picked up, expired or withdrawn, once each.

Whether it is approved is decided elsewhere; nothing here ever writes an approval.
"""

import os
import sqlite3
from functools import cache
from typing import NamedTuple

from ...sql import load, names
from .. import times
from ..store import StoreFailed

RISKS = ("low", "medium", "high", "critical")
ON_TIMEOUT = 'not run; the agent is told "nobody answered"'


class Answer(NamedTuple):
    """What came of a gate."""

    outcome: str
    """approved, rejected, expired (nobody answered) or withdrawn."""
    by: str | None
    reason: str | None
    approval_id: str

    @property
    def approved(self) -> bool:
        """Whether the agent may go on."""
        return self.outcome == "approved"


class Asked(NamedTuple):
    """A gate as it is written when it opens."""

    id: str
    run_id: str | None
    agent_id: str | None
    tool_call_id: str | None
    process_id: str
    kind: str
    title: str
    why: str | None
    payload: str
    risk: str
    needed: int
    on_timeout: str
    requested_by: str
    expires_at: float | None


def requester() -> str:
    """Who asks, where nobody says otherwise: `ana@laptop/4711`."""
    # Only here: the user's name is asked for once a gate, not at every start.
    import getpass

    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return f"{name}@{os.uname().nodename}/{os.getpid()}"


def sha256_of(payload: str) -> str:
    """The hash a decision is bound to: of the stored text's UTF-8 bytes."""
    from hashlib import sha256

    return sha256(payload.encode("utf-8")).hexdigest()


def open_gate(connection: sqlite3.Connection, asked: Asked, now: float) -> None:
    """Writes the gate as pending and its agent as waiting; inside the caller's transaction.

    Raises StoreFailed where the database would answer it by itself.
    """
    _refuse_altered(connection)
    at = times.text(now)
    expires_at = None if asked.expires_at is None else times.text(asked.expires_at)
    row = {**asked._asdict(), "payload_sha256": sha256_of(asked.payload), "now": at}
    connection.execute(load("records/gate_open"), row | {"expires_at": expires_at})
    connection.execute(load("records/agent_waiting"), {"id": asked.agent_id, "now": at})
    connection.execute(load("records/run_waiting"), {"id": asked.run_id, "now": at})
    _tell(connection, asked.id, "gate.open", "info", "asked", at)


def _refuse_altered(connection: sqlite3.Connection) -> None:
    """A database may come with a stranger's project: its tables must be those that we make."""
    ours = _made()
    for name, made_as in connection.execute(load("records/gate_made_as")).fetchall():
        if made_as not in ours:
            raise StoreFailed(
                f"the database answers gates by itself: {name} in it is not as Vedette makes it",
                "nobody was asked, nothing may run; find out who altered it, or take a new file",
                kind="altered",
            )


@cache
def _made() -> str:
    """The statements that make Vedette's own database."""
    return "\n".join(load(f"migrations/{name}") for name in names("migrations"))


def standing(connection: sqlite3.Connection, gate_id: str) -> tuple[Answer, str]:
    """The gate as it stands, and its payload's hash; raises StoreFailed where its row is gone."""
    row = connection.execute(load("records/gate"), {"id": gate_id}).fetchone()
    if row is None:
        raise gone(gate_id)
    status, decided_by, reason, payload_sha256 = row
    return Answer(status, decided_by, reason, gate_id), payload_sha256


def gone(gate_id: str) -> StoreFailed:
    """What a gate without a row means."""
    return StoreFailed(
        f"gate {gate_id} is gone from the database",
        "its row was deleted: nothing may run; ask again",
        kind="gone",
    )


def pick_up(
    connection: sqlite3.Connection, gate_id: str, sha256: str, now: float, *, again: bool = False
) -> Answer:
    """Takes a decision to its agent and leaves the receipt; in the caller's transaction.

    Raises StoreFailed where the row is gone, where what was approved is not what was asked, and
    where another has taken up the approval; `again` says that it was the caller itself.
    """
    at = times.text(now)
    answer, stored_sha256 = standing(connection, gate_id)
    if answer.approved and stored_sha256 != sha256:
        raise StoreFailed(
            f"gate {gate_id} was approved with another payload than was asked",
            "somebody changed its row: nothing may run; ask again",
            kind="changed",
        )
    if connection.execute(load("records/gate_picked_up"), {"id": gate_id, "now": at}).rowcount:
        by = f" by {answer.by}" if answer.by else ""
        _tell(connection, gate_id, "gate.picked_up", "success", f"{answer.outcome}{by}", at)
    elif answer.approved and not again:
        raise StoreFailed(
            f"the approval of gate {gate_id} was taken up by another process",
            "nothing may run twice under it: ask again",
            kind="taken",
        )
    _go_on(connection, gate_id, at)
    return answer


def take(connection: sqlite3.Connection, gate_id: str, sha256: str, now: float) -> Answer | None:
    """The decision on a gate somebody before asked, unless it was acted on; then None: ask anew.

    Raises StoreFailed where its asker still waits for it; in the caller's transaction.
    """
    at = times.text(now)
    answer, stored_sha256 = standing(connection, gate_id)
    if answer.outcome == "pending":
        raise StoreFailed(
            f"gate {gate_id} is open already",
            "another process waits for its answer: nothing may run here",
            kind="asked",
        )
    picked_up = connection.execute(load("records/gate_picked_up"), {"id": gate_id, "now": at})
    if stored_sha256 != sha256 or not picked_up.rowcount:
        return None
    by = f" by {answer.by}" if answer.by else ""
    _tell(connection, gate_id, "gate.picked_up", "success", f"{answer.outcome}{by}", at)
    return answer


def expire(connection: sqlite3.Connection, gate_id: str, now: float) -> bool:
    """Ends a gate nobody answered; False where it was over already."""
    at = times.text(now)
    if not connection.execute(load("records/gate_expired"), {"id": gate_id, "now": at}).rowcount:
        return False
    _tell(connection, gate_id, "gate.expired", "suppressed", "nobody answered", at)
    _go_on(connection, gate_id, at)
    return True


def withdraw(connection: sqlite3.Connection, gate_id: str, reason: str, at: str) -> bool:
    """Takes a pending gate back; False where it was over already."""
    facts = {"id": gate_id, "now": at, "reason": reason}
    if not connection.execute(load("records/gate_withdrawn"), facts).rowcount:
        return False
    _tell(connection, gate_id, "gate.withdrawn", "suppressed", f"withdrawn: {reason}", at)
    _go_on(connection, gate_id, at)
    return True


def change(connection: sqlite3.Connection, gate_id: str, payload: str, now: float) -> bool:
    """Asks for something else under the same gate; False where it is no longer pending."""
    at = times.text(now)
    facts = {"id": gate_id, "payload": payload, "payload_sha256": sha256_of(payload), "now": at}
    if not connection.execute(load("records/gate_changed"), facts).rowcount:
        return False
    _tell(connection, gate_id, "gate.changed", "info", "asks for something else now", at)
    return True


def _go_on(connection: sqlite3.Connection, gate_id: str, at: str) -> None:
    """The gate's agent and run go on, unless another gate of theirs is still open."""
    connection.execute(load("records/agent_going"), {"id": gate_id, "now": at})
    connection.execute(load("records/run_going"), {"id": gate_id, "now": at})


def _tell(
    connection: sqlite3.Connection, gate_id: str, step: str, outcome: str, summary: str, at: str
) -> None:
    """One audit row and one event for a step of the gate's life."""
    facts = {"id": gate_id, "summary": summary, "now": at}
    connection.execute(load("records/gate_audit"), facts | {"type": step, "outcome": outcome})
    kind = "gate.decided" if step == "gate.picked_up" else step
    level = "warn" if step == "gate.expired" else "info"
    connection.execute(load("records/gate_event"), facts | {"kind": kind, "level": level})
