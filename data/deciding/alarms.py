"""An alarm of Vedette's own database: acknowledged, snoozed, resolved or commented on."""

import sqlite3
from typing import Any, NamedTuple

from ... import sql
from .. import store, times
from ..endings import told_at
from ..errors import DecisionRefused, UsageError
from ..text import clean
from .door import door
from .verdict import as_json, named, storable


class AlarmAnswer(NamedTuple):
    """What was written about an alarm."""

    alarm_id: str
    action: str
    """ack, snooze, resolve or comment."""
    at: float


def answer(
    path: str,
    alarm_id: str,
    action: str,
    actor: str,
    now: float,
    note: str | None,
    until: float | None = None,
) -> AlarmAnswer:
    """Writes one action on an alarm, with its audit row. Raises DecisionRefused, UsageError."""
    facts = {
        "id": alarm_id,
        "action": action,
        "actor": named(actor),
        "note": storable(note),
        "until": None if until is None else times.text(until),
        "now": times.text(now),
    }
    with door(path) as there:
        if there.system.name != "vedette":
            label = there.system.label
            why = there.system.lacks.get("alarm", f"{label} keeps its alarms elsewhere")
            raise DecisionRefused(f"no alarm is answered here: {why}", "", kind="not_decidable")
        connection = there.own()
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
            "details": as_json(note=facts["note"], until=facts["until"]),
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
        words = f"already resolved{told_at(times.parse(alarm.resolved_at), now)}"
        how = f"how it ended: {clean(alarm.resolution, 200)}" if alarm.resolution else ""
        return DecisionRefused(words, how, kind="already_decided")
    by = f" by {clean(alarm.acked_by, 80)}" if alarm.acked_by else ""
    words = f"already acknowledged{by}{told_at(times.parse(alarm.acked_at), now)}"
    return DecisionRefused(words, "comment, snooze or resolve it", kind="already_decided")
