"""A gate of another system, read through its relation, and held against what the person saw.

These systems leave no hash of a payload: the one a decision is bound to is that of the payload as
the relation gives it at the moment of the decision.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ... import sql
from .. import opening, times
from ..endings import ending
from ..errors import DecisionRefused
from ..rows import Approval, Task, coerce
from ..systems import System, create_views
from ..systems.system import Tables, read_tables
from ..text import clean
from .verdict import Verdict, changed, payload_hash


class Read(NamedTuple):
    """A gate as it stands now."""

    gate: Approval
    step: Task | None
    """What waits for it, where the system records that."""


class File(NamedTuple):
    """An open file of another system, its relations made."""

    connection: sqlite3.Connection
    system: System
    tables: Tables


def as_file(connection: sqlite3.Connection, system: System) -> File:
    """The file with its relations as TEMP VIEWs, which live in this connection and nowhere else."""
    connection.text_factory = opening.tolerant_text
    tables = read_tables(connection)
    create_views(connection, system)
    return File(connection, system, tables)


def read(file: File, approval_id: str) -> Read | None:
    """The gate, or None where the file has no such gate any more."""
    found = coerce(Approval, _rows(file, "queries/approvals/gate", approval_id))
    if not found:
        return None
    gate = found[0]
    steps: list[Task] = []
    if file.system.answers == "syris_coded" and gate.agent_id is not None:
        steps = coerce(Task, _rows(file, "queries/operations/task", gate.agent_id))
    return Read(gate, steps[0] if steps else None)


def _rows(file: File, statement: str, wanted: str) -> list[tuple[object, ...]]:
    return file.connection.execute(sql.load(statement), {"id": wanted}).fetchall()


def held_to(file: File, verdict: Verdict) -> Read:
    """The gate, which is still what the person read and can still be answered.

    Raises DecisionRefused with the reason where it is not.
    """
    found = read(file, verdict.approval_id)
    if found is None:
        raise DecisionRefused(
            f"there is no gate {clean(verdict.approval_id, 80)}",
            "`vedette approvals` lists the gates",
            kind="missing",
        )
    refuse_if_over(file.system, found.gate, verdict.now)
    _refuse_unless_same(file, found.gate, verdict)
    return found


def held_at_once(connection: sqlite3.Connection, system: System, verdict: Verdict) -> Read:
    """The same on a connection that only looks: the gate and its step are of one moment."""
    file = as_file(connection, system)
    with _one_moment(connection):
        return held_to(file, verdict)


def read_at_once(connection: sqlite3.Connection, system: System, approval_id: str) -> Read | None:
    """The gate and its step as they stood at one moment; None where there is none."""
    file = as_file(connection, system)
    with _one_moment(connection):
        return read(file, approval_id)


@contextmanager
def _one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN").close()
    try:
        yield
    finally:
        connection.execute("ROLLBACK").close()


def refuse_if_over(system: System, gate: Approval, now: float) -> None:
    """Raises DecisionRefused where nobody can answer the gate any more, saying who did."""
    over = ending(
        gate.status,
        now,
        by=gate.decided_by,
        at=times.parse(gate.decided_at),
        reason=gate.reason,
        expires=times.parse(gate.expires_at) if system.expires_gates else None,
    )
    if over is not None:
        raise DecisionRefused(over.words, over.hint, kind=over.kind)


def _refuse_unless_same(file: File, gate: Approval, verdict: Verdict) -> None:
    if verdict.sha is not None and not payload_hash(gate.payload).startswith(verdict.sha):
        raise changed("its payload is another one now")
    if verdict.expected_risk not in (None, gate.risk):
        raise changed(f"its risk is {clean(gate.risk, 40)} now")
    if verdict.expected_title not in (None, gate.title):
        raise changed("its title is another one now")
    if verdict.outcome == "approved" and "\ufffd" in gate.payload:
        _refuse_bad_bytes(file, gate)


def _refuse_bad_bytes(file: File, gate: Approval) -> None:
    """Two payloads of bad bytes may read the same: whoever read one has not read the other."""
    for (raw,) in _rows(file, "decisions/payload_bytes", gate.id):
        try:
            bytes(raw if isinstance(raw, bytes) else b"").decode("utf-8")
        except UnicodeDecodeError:
            raise DecisionRefused(
                "its payload is not text: what you read is not what would run",
                "reject it",
                kind="not_decidable",
            ) from None
