"""The one writer into a watched source: a person's answer to a gate or an alarm, exactly once.

A decision is one guarded statement in one short transaction with its audit row, or one request to
the server of a system that would not notice a row: still pending, not expired, and the payload the
very bytes the person read. Whoever comes too late is told who was first, and nothing is written.
"""

from .deciding import alarms, answering
from .deciding.alarms import AlarmAnswer
from .deciding.door import door
from .deciding.verdict import (
    SHORTEST_SHA,
    Decision,
    Outcome,
    Verdict,
    checked_sha,
    digest,
    is_same_person,
    named,
    storable,
)
from .deciding.way import Addresses, default_addresses
from .errors import UsageError

__all__ = [
    "SHORTEST_SHA",
    "AlarmAnswer",
    "Decision",
    "Outcome",
    "ack",
    "comment",
    "decide",
    "digest",
    "is_same_person",
    "resolve",
    "snooze",
]


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
    addresses: Addresses = default_addresses,
    asker_may_be_gone: bool = False,
) -> Decision:
    """Writes one person's answer to a gate of the source at `path`; `now` in epoch seconds.

    `sha` is the hash of the payload that was read, whole or at least its first 8 digits; only a
    rejection may leave it out. `addresses` tells where the systems' own servers listen. For an
    asker that is known to be gone nothing is approved, unless `asker_may_be_gone`: who plays both
    sides in another time has no heartbeat. Raises DecisionRefused with the reason, and then nothing
    is written or taken; SourceError where the file cannot be opened at all.
    """
    verdict = Verdict(
        approval_id=approval_id,
        outcome=outcome,
        sha=checked_sha(sha, outcome),
        actor=named(actor),
        now=now,
        note=storable(note),
        shown_ms=shown_ms,
        expected_risk=expected_risk,
        expected_title=expected_title,
        asker_may_be_gone=asker_may_be_gone,
    )
    with door(path) as there:
        return answering.answer(there, verdict, addresses)


def ack(path: str, alarm_id: str, actor: str, now: float, note: str | None = None) -> AlarmAnswer:
    """Says that somebody looks after an open alarm. Raises DecisionRefused, UsageError."""
    return alarms.answer(path, alarm_id, "ack", actor, now, note)


def resolve(path: str, alarm_id: str, actor: str, now: float, note: str) -> AlarmAnswer:
    """Ends an alarm, with how it ended. Raises DecisionRefused, UsageError."""
    if not note.strip():
        raise UsageError("resolving an alarm needs a note", "say how it ended", kind="no_note")
    return alarms.answer(path, alarm_id, "resolve", actor, now, note)


def snooze(
    path: str, alarm_id: str, actor: str, now: float, until: float, note: str | None = None
) -> AlarmAnswer:
    """Silences an alarm until a moment in epoch seconds. Raises DecisionRefused, UsageError."""
    if until <= now:
        raise UsageError("that moment is over", "name one that is still to come", kind="past")
    return alarms.answer(path, alarm_id, "snooze", actor, now, note, until)


def comment(path: str, alarm_id: str, actor: str, now: float, note: str) -> AlarmAnswer:
    """Writes a remark to an alarm, open or not. Raises UsageError."""
    if not note.strip():
        raise UsageError("a comment needs words", "write the comment", kind="no_note")
    return alarms.answer(path, alarm_id, "comment", actor, now, note)
