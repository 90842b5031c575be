"""Alarms that the console infers, as rows of the alarm relation, beside those that are recorded."""

from . import times
from .alarms import AlarmFacts, read_alarms
from .listing import Row
from .rows import Alarm
from .source import Source


def read_inferred(source: Source, now: float) -> list[Row]:
    """The inferred alarms that no recorded one stands for, most severe first; `derived` is 1."""
    with source.reading():
        alarms = read_alarms(source, now).alarms
    return [_row(alarm) for alarm in alarms if alarm.derived]


def _row(alarm: AlarmFacts) -> Row:
    opened_at = None if alarm.opened is None else times.text(alarm.opened)
    return Alarm(
        # They have no place in the order of appending: nothing wrote them.
        seq=0,
        id=alarm.id,
        derived=1,
        severity=alarm.severity,
        status=alarm.status,
        kind=alarm.kind,
        title=alarm.title,
        message=alarm.message or None,
        dedupe_key=None,
        count=alarm.count,
        run_id=alarm.run_id,
        agent_id=alarm.agent_id,
        opened_at=opened_at,
        updated_at=None,
        acked_at=None,
        acked_by=None,
        resolved_at=None,
        resolution=None,
    )
