"""The one writer into a watched source: a person's answer to a gate or an alarm, exactly once.

A decision is one guarded statement in one short transaction, with its signature and its audit row:
still pending, not expired, and the payload the very bytes the person read. Whoever comes too late
is told who was first, and nothing is written.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

from .. import sql
from . import opening, store, times
from .endings import ending, told_at
from .errors import DecisionRefused, SourceError, UsageError
from .store import StoreFailed
from .systems import System, recognise
from .text import clean

Outcome = Literal["approved", "rejected"]

SHORTEST_SHA = 8
"""Hex digits of the payload's hash that must be named: a script cannot approve blind."""

_DIGITS = frozenset("0123456789abcdef")


class Decision(NamedTuple):
    """What was written."""

    outcome: Outcome
    status: Literal["decided", "signed"]
    """`signed`: more people must sign before it is decided."""
    decided_at: float
    """Epoch seconds."""
    needed: int
    signed: int
    """People who approved this payload, this one included."""


class AlarmAnswer(NamedTuple):
    """What was written about an alarm."""

    alarm_id: str
    action: str
    """ack, snooze, resolve or comment."""
    at: float


class Verdict(NamedTuple):
    """One person's answer to one gate, as it is asked of a source."""

    approval_id: str
    outcome: Outcome
    sha: str | None
    actor: str
    now: float
    note: str | None
    shown_ms: int | None
    expected_risk: str | None
    expected_title: str | None


def decide(
    path: str,
    approval_id: str,
    outcome: Outcome,
    *,
    sha: str | None,
    actor: str,
    now: float,
    note: str | None = None,
    shown_ms: int | None = None,
    expected_risk: str | None = None,
    expected_title: str | None = None,
) -> Decision:
    """Writes one person's answer to a gate of the source at `path`; `now` in epoch seconds.

    `sha` is the hash of the payload that was read, whole or at least its first 8 digits; only a
    rejection may leave it out. Raises DecisionRefused with the reason, and then nothing is written;
    SourceError where the file cannot be opened at all.
    """
    verdict = Verdict(
        approval_id=approval_id,
        outcome=outcome,
        sha=_checked_sha(sha, outcome),
        actor=_named(actor),
        now=now,
        note=_storable(note),
        shown_ms=shown_ms,
        expected_risk=expected_risk,
        expected_title=expected_title,
    )
    with _door(path) as (system, connect):
        decider = _DECIDERS.get(system.name)
        if decider is None:
            raise _not_decidable(path, system)
        return decider(connect(), verdict)


def ack(path: str, alarm_id: str, actor: str, now: float, note: str | None = None) -> AlarmAnswer:
    """Says that somebody looks after an open alarm. Raises DecisionRefused, UsageError."""
    return _answer_alarm(path, alarm_id, "ack", actor, now, note)


def resolve(path: str, alarm_id: str, actor: str, now: float, note: str) -> AlarmAnswer:
    """Ends an alarm, with how it ended. Raises DecisionRefused, UsageError."""
    if not note.strip():
        raise UsageError("resolving an alarm needs a note", "say how it ended", kind="no_note")
    return _answer_alarm(path, alarm_id, "resolve", actor, now, note)


def snooze(
    path: str, alarm_id: str, actor: str, now: float, until: float, note: str | None = None
) -> AlarmAnswer:
    """Silences an alarm until a moment in epoch seconds. Raises DecisionRefused, UsageError."""
    if until <= now:
        raise UsageError("that moment is over", "name one that is still to come", kind="past")
    return _answer_alarm(path, alarm_id, "snooze", actor, now, note, until)


def comment(path: str, alarm_id: str, actor: str, now: float, note: str) -> AlarmAnswer:
    """Writes a remark to an alarm, open or not. Raises UsageError."""
    if not note.strip():
        raise UsageError("a comment needs words", "write the comment", kind="no_note")
    return _answer_alarm(path, alarm_id, "comment", actor, now, note)


def digest(payload: bytes) -> str:
    """The hash a decision is bound to: SHA-256 of the payload's bytes, in hex."""
    from hashlib import sha256  # 5 ms, and most commands decide nothing

    return sha256(payload).hexdigest()


def is_same_person(actor: str, requested_by: str | None) -> bool:
    """Whether who answers is who asked: `ana` or `ana@laptop` for `ana@laptop/4711`."""
    asker = (requested_by or "").partition("/")[0]
    return bool(asker) and actor in (requested_by, asker, asker.partition("@")[0])


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


def _decide_by_sql(connection: sqlite3.Connection, verdict: Verdict) -> Decision:
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
        facts = _facts(gate, verdict)
        if connection.execute(sql.load("decisions/sign"), facts).rowcount != 1:
            raise _changed("it is not as it was a moment ago")
        signed = _signed(_signatures(connection, verdict.approval_id), facts["sha256"])
        decided = connection.execute(sql.load("decisions/decide"), facts).rowcount == 1
        if not decided and (verdict.outcome == "rejected" or signed >= gate.needed):
            raise _changed("it is not as it was a moment ago")
        decision = Decision(
            verdict.outcome, "decided" if decided else "signed", verdict.now, gate.needed, signed
        )
        _audit(connection, gate, verdict, facts, decision)
    return decision


_DECIDERS: dict[str, Callable[[sqlite3.Connection, Verdict], Decision]] = {
    "vedette": _decide_by_sql,
}
"""How a system's gates are answered, by its name; a system that is not here decides elsewhere."""


def _not_decidable(path: str, system: System) -> DecisionRefused:
    why = system.lacks.get("approval", f"{path} is of {system.label}, which answers elsewhere")
    return DecisionRefused(
        f"not decidable here: {why}",
        f"answer it where {system.label} asks for it",
        kind="not_decidable",
    )


@contextmanager
def _door(path: str) -> Iterator[tuple[System, Callable[[], sqlite3.Connection]]]:
    """The file's system, and a way to a short writing connection that is closed in any case.

    Recognised read-only first: to open a stranger's file for writing would change its journal.
    """
    opened: list[sqlite3.Connection] = []
    identity = opening.look_at(path).identity
    system = _recognised(path)

    def connect() -> sqlite3.Connection:
        connection = store.connect(path)
        opened.append(connection)
        if opening.look_at(path).identity != identity:
            raise SourceError(f"{path} was replaced by another file", "look again", kind="replaced")
        return connection

    try:
        yield system, connect
    except StoreFailed as error:
        raise _unwritable(path, error.kind, error) from error
    except sqlite3.Error as error:
        failure = store.failure(path, error)
        raise _unwritable(path, failure.kind, failure) from error
    finally:
        for connection in opened:
            connection.close()


def _recognised(path: str) -> System:
    try:
        connection = opening.connect(path).connection
        try:
            system = recognise(connection)
        finally:
            connection.close()
    except SourceError as error:
        raise _unwritable(path, error.kind, error) from error
    except sqlite3.Error as error:
        failure = opening.fault(path, error)
        raise _unwritable(path, failure.kind, failure) from error
    _refuse_other_schema(path, system)
    return system


def _refuse_other_schema(path: str, system: System) -> None:
    if system.name != "vedette":
        return
    known = max(int(name[:3]) for name in sql.names("migrations"))
    if int(system.variant) > known:
        raise DecisionRefused(
            f"{path} was made by a newer Vedette: what a decision needs there is not known here",
            "upgrade Vedette; nothing was written",
            kind="newer_schema",
        )
    if int(system.variant) < known:
        raise DecisionRefused(
            f"{path} is of an older schema",
            f"run `vedette migrate --db {path}` first",
            kind="not_decidable",
        )


def _unwritable(
    path: str, kind: str, error: SourceError | StoreFailed
) -> SourceError | StoreFailed | DecisionRefused:
    if kind == "locked":
        return DecisionRefused(
            f"{path} is locked by another process: nothing was written", "try again", kind="locked"
        )
    if kind in ("permission", "side_files"):
        return DecisionRefused(
            f"{path} cannot be written by you: nothing was decided",
            "decide as the user who owns it",
            kind="read_only",
        )
    return error


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
        raise _changed("its payload is another one now")
    if not is_rejection and gate.stored_sha256 != gate.sha256:
        raise _changed("its payload is not the one the agent asked about")
    if verdict.expected_risk not in (None, gate.risk):
        raise _changed(f"its risk is {gate.risk} now")
    if verdict.expected_title not in (None, gate.title):
        raise _changed("its title is another one now")


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
                f"you have already signed it{_at(each.signed_at, verdict.now)}",
                f"{gate.needed} different people must approve it; you may still reject it",
                kind="already_signed",
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
            "details": _json(
                sha256=facts["sha256"],
                shown_ms=verdict.shown_ms,
                note=verdict.note,
                needed=decision.needed,
                signed=decision.signed,
            ),
            "now": facts["now"],
        },
    )


def _answer_alarm(
    path: str,
    alarm_id: str,
    action: str,
    actor: str,
    now: float,
    note: str | None,
    until: float | None = None,
) -> AlarmAnswer:
    facts = {
        "id": alarm_id,
        "action": action,
        "actor": _named(actor),
        "note": _storable(note),
        "until": None if until is None else times.text(until),
        "now": times.text(now),
    }
    with _door(path) as (system, connect):
        if system.name != "vedette":
            why = system.lacks.get("alarm", f"{system.label} keeps its alarms elsewhere")
            raise DecisionRefused(f"no alarm is answered here: {why}", "", kind="not_decidable")
        connection = connect()
        with store.writing(connection):
            _write_alarm(connection, facts, now)
    return AlarmAnswer(alarm_id, action, now)


def _write_alarm(connection: sqlite3.Connection, facts: dict[str, Any], now: float) -> None:
    row = connection.execute(sql.load("decisions/alarm"), facts).fetchone()
    if row is None:
        raise UsageError(
            f"there is no alarm {clean(facts['id'], 80)}",
            "`vedette alarms` lists them; what the console infers itself needs no answer",
            kind="missing",
        )
    alarm = _Alarm._make(row)
    if connection.execute(sql.load(f"decisions/{facts['action']}"), facts).rowcount != 1:
        raise _alarm_refused(alarm, now)
    connection.execute(sql.load("decisions/alarm_action"), facts)
    connection.execute(
        sql.load("decisions/alarm_audit"),
        facts
        | {
            "summary": f"{_DONE[facts['action']]} by {facts['actor']}: {alarm.title}",
            "details": _json(note=facts["note"], until=facts["until"]),
        },
    )


_DONE = {
    "ack": "acknowledged",
    "snooze": "snoozed",
    "resolve": "resolved",
    "comment": "commented",
}


class _Alarm(NamedTuple):
    """An alarm's row inside the transaction; a row of `decisions/alarm`."""

    status: str
    title: str
    run_id: str | None
    agent_id: str | None
    acked_by: str | None
    acked_at: str | None
    resolved_at: str | None
    resolution: str | None


def _alarm_refused(alarm: _Alarm, now: float) -> DecisionRefused:
    if alarm.status == "resolved":
        words = f"already resolved{_at(alarm.resolved_at, now)}"
        how = f"how it ended: {clean(alarm.resolution, 200)}" if alarm.resolution else ""
        return DecisionRefused(words, how, kind="already_decided")
    by = f" by {clean(alarm.acked_by, 80)}" if alarm.acked_by else ""
    words = f"already acknowledged{by}{_at(alarm.acked_at, now)}"
    return DecisionRefused(words, "comment, snooze or resolve it", kind="already_decided")


def _checked_sha(sha: str | None, outcome: Outcome) -> str | None:
    if sha is None and outcome == "rejected":
        return None
    digits = (sha or "").strip().lower()
    if not SHORTEST_SHA <= len(digits) <= 64 or not _DIGITS.issuperset(digits):
        raise DecisionRefused(
            f"name at least {SHORTEST_SHA} hex digits of the payload's hash",
            "`vedette approvals --json` prints it as sha256: read the payload first",
            kind="short_sha",
        )
    return digits


def _named(actor: str) -> str:
    if not actor.strip():
        raise UsageError("nobody is named as the one who answers", "say who", kind="no_actor")
    return _storable(actor.strip()) or ""


def _storable(text: str | None) -> str | None:
    """The text without what UTF-8 cannot write: an argument may hold half a character."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")


def _changed(how: str) -> DecisionRefused:
    return DecisionRefused(
        f"changed since you read it: {how}", "read it again, then decide", kind="changed"
    )


def _at(moment: str | None, now: float) -> str:
    return told_at(times.parse(moment), now)


def _json(**fields: object) -> str:
    import json  # only a decision writes details

    known = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(known, ensure_ascii=False, sort_keys=True)
