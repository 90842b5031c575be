"""What every screen's first rows say: who waits for a person, and whether anybody still writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from . import times
from .rows import Writer
from .source import Source
from .troubles import Trouble, read_troubles

MOST = 200
"""Rows of each kind a headline counts; above it the count is a floor."""

_SEVERITIES = ("critical", "error", "warning", "info")


class PendingApproval(NamedTuple):
    """A gate that waits; a row of `headline/pending_approvals`."""

    id: str
    run_id: str | None
    agent_id: str | None
    title: str
    risk: str
    requested_at: str | None
    expires_at: str | None


class OpenAlarm(NamedTuple):
    """An alarm nobody has acknowledged; a row of `headline/open_alarms`."""

    id: str
    severity: str
    title: str
    run_id: str | None
    agent_id: str | None
    opened_at: str | None
    snoozed_until: str | None


class Need(NamedTuple):
    """One thing a person should look at, for `!`: the most urgent sort first."""

    rank: int
    """0: a gate or a critical alarm; higher is less harmful."""
    deadline: float
    """Epoch seconds until which it can still be answered; infinite: no limit."""
    kind: str
    """approval or alarm."""
    id: str


@dataclass(frozen=True)
class Headline:
    """The facts of rows 1 and 2 that all screens share."""

    approvals: tuple[PendingApproval, ...] = ()
    """Gates that can still be answered."""
    overdue: int = 0
    """Gates still pending in the file though their time is over: nobody answered."""
    late: frozenset[str] = frozenset()
    """Of those that can still be answered, by id, the ones whose time is over: their system lets
    none expire."""
    alarms: tuple[OpenAlarm, ...] = ()
    """Open alarms that are not snoozed, as rows record them."""
    inferred: tuple[OpenAlarm, ...] = ()
    """Troubles of the machinery that no row calls an alarm."""
    turns: float | None = None
    """Epoch seconds at which another trouble may begin though nothing is written."""
    writers: tuple[Writer, ...] = ()
    """Processes that have not said they ended."""
    last_event: int = 0
    """The newest event's `seq`: how many arrived while the view was frozen."""

    @property
    def next_expiry(self) -> float | None:
        """Epoch seconds at which the first of the gates can no longer be answered, or is late."""
        ends = [times.parse(gate.expires_at) for gate in self.approvals if gate.id not in self.late]
        return min((end for end in ends if end is not None), default=None)

    @property
    def all_alarms(self) -> tuple[OpenAlarm, ...]:
        """Recorded alarms, then the inferred ones."""
        return (*self.alarms, *self.inferred)

    def count(self, severity: str) -> int:
        """How many open alarms are of this severity, recorded or inferred."""
        return sum(alarm.severity == severity for alarm in self.all_alarms)

    @property
    def writer_heard_at(self) -> float | None:
        """Epoch seconds of the newest heartbeat; None: no writer is expected to beat."""
        beats = [times.parse(writer.heartbeat_at) for writer in self.writers]
        return max((beat for beat in beats if beat is not None), default=None)

    @property
    def heartbeat(self) -> float:
        """Seconds between two heartbeats of the slowest writer."""
        said = [writer.heartbeat_seconds or 0.0 for writer in self.writers]
        return max((each for each in said if 0.0 < each < inf), default=5.0)

    def needs(self) -> list[Need]:
        """What needs a person: by time left, then by harm, then by age."""
        gates = [
            Need(0, times.parse(gate.expires_at) or float("inf"), "approval", gate.id)
            for gate in self.approvals
        ]
        alarms = [
            Need(_rank(alarm.severity), float("inf"), "alarm", alarm.id)
            for alarm in self.all_alarms
            if alarm.severity != "info"
        ]
        return sorted([*gates, *alarms], key=lambda need: need[:2])


def read_headline(source: Source, now: float) -> Headline:
    """The headline as the source stands now; bounded statements, whatever its size."""
    pending = source.all("headline/pending_approvals", PendingApproval, limit=MOST)
    over = frozenset(gate.id for gate in pending if _is_over(gate.expires_at, now))
    late = frozenset() if source.system.expires_gates else over
    answerable = [gate for gate in pending if gate.id not in over - late]
    alarms = source.all("headline/open_alarms", OpenAlarm, limit=MOST)
    last = source.raw("headline/last_event")
    troubles = read_troubles(source, now)
    turns = [troubles.turns] if troubles.turns is not None else []
    if not source.system.expires_gates:
        # That one is late from then on is told by the clock, not by a row.
        turns += [end for gate in pending if (end := times.parse(gate.expires_at)) and end > now]
    return Headline(
        approvals=tuple(answerable),
        overdue=len(pending) - len(answerable),
        late=late,
        alarms=tuple(alarm for alarm in alarms if not _is_ahead(alarm.snoozed_until, now)),
        inferred=tuple(map(_open, troubles.found)),
        turns=min(turns, default=None),
        writers=tuple(source.all("headline/open_writers", Writer, limit=MOST)),
        last_event=int(last[0][0]) if last and isinstance(last[0][0], int) else 0,
    )


def _open(trouble: Trouble) -> OpenAlarm:
    return OpenAlarm(
        id=trouble.id,
        severity=trouble.severity,
        title=trouble.title,
        run_id=trouble.run_id,
        agent_id=trouble.agent_id,
        opened_at=None if trouble.since is None else times.text(trouble.since),
        snoozed_until=None,
    )


def merge_headlines(headlines: Sequence[Headline]) -> Headline:
    """One headline over several sources."""
    return Headline(
        approvals=tuple(gate for each in headlines for gate in each.approvals),
        overdue=sum(each.overdue for each in headlines),
        late=frozenset().union(*(each.late for each in headlines)),
        alarms=tuple(alarm for each in headlines for alarm in each.alarms),
        inferred=tuple(alarm for each in headlines for alarm in each.inferred),
        writers=tuple(writer for each in headlines for writer in each.writers),
        last_event=sum(each.last_event for each in headlines),
        turns=min((each.turns for each in headlines if each.turns is not None), default=None),
    )


def _rank(severity: str) -> int:
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def _is_over(expires_at: str | None, now: float) -> bool:
    end = times.parse(expires_at)
    return end is not None and end <= now


def _is_ahead(until: str | None, now: float) -> bool:
    end = times.parse(until)
    return end is not None and end > now
