"""A gate of Vedette's own database: a signature, the guarded statement, and its audit row."""

import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from ... import sql
from .. import store, times
from ..askers import is_gone
from ..endings import GONE, ending, told_at
from ..errors import DecisionRefused
from ..rows import Writer, coerce
from ..text import clean
from .verdict import Decision, Verdict, as_json, changed, digest, is_same_person


class _Gate(NamedTuple):
    """A gate's row as it stands inside the transaction; a row of `decisions/gate`."""

    status: str
    title: str
    risk: str
    needed: int
    requested_by: str | None
    requested_at: str
    expires_at: str | None
    decided_by: str | None
    decided_at: str | None
    reason: str | None
    stored_sha256: str
    sha256: str
    """Of the payload's bytes in the file."""
    shown_sha256: str
    """Of the payload as a screen shows it, where its bytes are no text: otherwise the same."""


class _Signature(NamedTuple):
    signer: str
    outcome: str
    sha256: str
    signed_at: str


def decide(connection: sqlite3.Connection, verdict: Verdict) -> Decision:
    """Vedette's own database: whoever changes the row has decided."""
    connection.create_function("payload_hash", 2, _payload_hash, deterministic=True)
    # A title of bad bytes must not make its gate undecidable.
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    with store.writing(connection):
        gate = _gate(connection, verdict.approval_id)
        signatures = _signatures(connection, verdict.approval_id)
        _refuse_unless_open(gate, verdict)
        _refuse_unless_same(gate, verdict)
        _refuse_unless_entitled(gate, signatures, verdict)
        _refuse_unless_heard(connection, verdict)
        facts = _facts(gate, verdict)
        if connection.execute(sql.load("decisions/sign"), facts).rowcount != 1:
            raise changed("it is not as it was a moment ago")
        signed = _signed(_signatures(connection, verdict.approval_id), facts["sha256"])
        decided = connection.execute(sql.load("decisions/decide"), facts).rowcount == 1
        if not decided and (verdict.outcome == "rejected" or signed >= gate.needed):
            raise changed("it is not as it was a moment ago")
        decision = Decision(
            verdict.outcome, "decided" if decided else "signed", verdict.now, gate.needed, signed
        )
        _audit(connection, gate, verdict, facts, decision)
    return decision


def _payload_hash(payload: bytes | None, as_shown: int) -> str:
    """The SQL function: the payload's hash, or that of the text a reader makes of bad bytes."""
    raw = payload or b""
    return digest(raw.decode("utf-8", "replace").encode("utf-8") if as_shown else raw)


def _gate(connection: sqlite3.Connection, approval_id: str) -> _Gate:
    row = connection.execute(sql.load("decisions/gate"), {"id": approval_id}).fetchone()
    if row is None:
        raise DecisionRefused(
            f"there is no gate {clean(approval_id, 80)}",
            "`vedette approvals` lists the gates",
            kind="missing",
        )
    return _Gate._make(row)


def _signatures(connection: sqlite3.Connection, approval_id: str) -> list[_Signature]:
    rows = connection.execute(sql.load("decisions/signatures"), {"id": approval_id}).fetchall()
    return [_Signature._make(row) for row in rows]


def _signed(signatures: Sequence[_Signature], sha256: str) -> int:
    """How many people approved this payload: a signature under another one does not count."""
    return sum(each.outcome == "approved" and each.sha256 == sha256 for each in signatures)


def _refuse_unless_open(gate: _Gate, verdict: Verdict) -> None:
    over = ending(
        gate.status,
        verdict.now,
        by=gate.decided_by,
        at=times.parse(gate.decided_at),
        reason=gate.reason,
        expires=times.parse(gate.expires_at),
    )
    if over is not None:
        raise DecisionRefused(over.words, over.hint, kind=over.kind)


def _refuse_unless_same(gate: _Gate, verdict: Verdict) -> None:
    """The payload in the file is the one that was read, and what stood beside it is the same."""
    is_rejection = verdict.outcome == "rejected"
    there = gate.shown_sha256 if is_rejection else gate.sha256
    if verdict.sha is not None and not there.startswith(verdict.sha):
        if gate.sha256 != gate.shown_sha256:
            raise DecisionRefused(
                "its payload is not text: what you read is not what would run",
                "reject it",
                kind="not_decidable",
            )
        raise changed("its payload is another one now")
    if not is_rejection and gate.stored_sha256 != gate.sha256:
        raise changed("its payload is not the one the agent asked about")
    if verdict.expected_risk not in (None, gate.risk):
        raise changed(f"its risk is {gate.risk} now")
    if verdict.expected_title not in (None, gate.title):
        raise changed("its title is another one now")


def _refuse_unless_entitled(
    gate: _Gate, signatures: Sequence[_Signature], verdict: Verdict
) -> None:
    """Several must agree: not the one who asked, and nobody twice. Anyone may reject."""
    if verdict.outcome == "rejected":
        return
    if gate.needed > 1 and is_same_person(verdict.actor, gate.requested_by):
        raise DecisionRefused(
            "you asked for this yourself",
            f"{gate.needed} others must approve it; you may reject it",
            kind="own_request",
        )
    for each in signatures:
        if (each.signer, each.outcome, each.sha256) == (verdict.actor, "approved", gate.sha256):
            raise DecisionRefused(
                f"you have already signed it{told_at(times.parse(each.signed_at), verdict.now)}",
                f"{gate.needed} different people must approve it; you may still reject it",
                kind="already_signed",
            )


def _refuse_unless_heard(connection: sqlite3.Connection, verdict: Verdict) -> None:
    """Nobody approves a ghost. A rejection does no harm that nobody hears."""
    if verdict.outcome == "rejected" or verdict.asker_may_be_gone:
        return
    rows = connection.execute(sql.load("decisions/asker"), {"id": verdict.approval_id}).fetchall()
    if any(is_gone(asker, verdict.now) for asker in coerce(Writer, rows)):
        raise DecisionRefused(
            GONE, "reject it, or let it be: whoever asks again asks anew", kind="requester_gone"
        )


def _facts(gate: _Gate, verdict: Verdict) -> dict[str, Any]:
    """What the guarded statements are given."""
    is_rejection = verdict.outcome == "rejected"
    there = gate.shown_sha256 if is_rejection else gate.sha256
    is_whole = verdict.sha is not None and len(verdict.sha) == 64
    return {
        "id": verdict.approval_id,
        "outcome": verdict.outcome,
        "actor": verdict.actor,
        "note": verdict.note,
        "shown_ms": verdict.shown_ms,
        "now": times.text(verdict.now),
        "expected_risk": verdict.expected_risk,
        "sha256": verdict.sha if is_whole else there,
        "as_shown": int(is_rejection),
    }


def _audit(
    connection: sqlite3.Connection,
    gate: _Gate,
    verdict: Verdict,
    facts: dict[str, Any],
    decision: Decision,
) -> None:
    word = "signed" if decision.status == "signed" else decision.outcome
    asked = times.parse(gate.requested_at)
    summary = f"{word} by {verdict.actor}: {gate.title}"
    if decision.status == "signed":
        summary = f"{summary} ({decision.signed} of {decision.needed})"
    connection.execute(
        sql.load("decisions/gate_audit"),
        {
            "id": verdict.approval_id,
            "type": f"gate.{word}",
            "audit_outcome": "success" if decision.outcome == "approved" else "info",
            "summary": summary,
            "actor": verdict.actor,
            "latency_ms": None if asked is None else max(0, round((verdict.now - asked) * 1000)),
            "details": as_json(
                sha256=facts["sha256"],
                shown_ms=verdict.shown_ms,
                note=verdict.note,
                needed=decision.needed,
                signed=decision.signed,
            ),
            "now": facts["now"],
        },
    )
