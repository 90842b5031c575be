"""One summary of a source: what runs, what waits for a person, what it cost today, how fresh it is.

The counts are plain counts of rows; what can still be answered is the headline's, as on screens.
"""

from dataclasses import dataclass
from typing import Any

from . import times
from .headline import Headline, read_headline
from .listing import money
from .rows import OPEN
from .source import Source

CANONICAL = ("pending", "running", "waiting", "paused", "completed", "failed", "cancelled")


@dataclass(frozen=True)
class Status:
    """The summary. Counts by status have every canonical status, and any other that was found."""

    runs: dict[str, int]
    agents: dict[str, int]
    approvals_pending: int
    """Gates whose row says pending."""
    approvals_answerable: int
    """Those of them whose time is not over."""
    next_expiry: float | None
    """Epoch seconds at which the first of the others can no longer be answered."""
    alarms: dict[str, int]
    """Open alarms by severity."""
    alarms_loud: dict[str, int]
    """Those of them that are not snoozed."""
    cost_today: float | None
    """USD since the day began; None: calls were made, and none has a price."""
    unpriced_today: int | None
    """Calls without a price since then; None: the source records no costs."""
    newest_at: float | None
    """Epoch seconds of the newest event."""
    heard_at: float | None
    """Epoch seconds of a writer's newest heartbeat."""
    now: float
    approvals_overdue: int = 0
    """Answerable gates whose time is over all the same: their system lets none expire."""

    @property
    def runs_open(self) -> int:
        """Runs that are not over."""
        return sum(self.runs[status] for status in OPEN)

    @property
    def agents_open(self) -> int:
        """Agents that are not over."""
        return sum(self.agents[status] for status in OPEN)

    @property
    def age(self) -> float | None:
        """Seconds since the newest sign of life: an event, or a writer's heartbeat."""
        signs = [at for at in (self.newest_at, self.heard_at) if at is not None]
        return self.now - max(signs) if signs else None

    def row(self) -> dict[str, Any]:
        """The summary as a command prints it: counts, money, and times as text."""
        return {
            "runs": self.runs,
            "runs_open": self.runs_open,
            "agents": self.agents,
            "agents_open": self.agents_open,
            "approvals_pending": self.approvals_pending,
            "approvals_answerable": self.approvals_answerable,
            "approvals_overdue": self.approvals_overdue,
            "next_expiry_at": _text(self.next_expiry),
            "alarms": self.alarms,
            "alarms_open": sum(self.alarms.values()),
            "cost_today_usd": self.cost_today,
            "unpriced_today": self.unpriced_today,
            "newest_at": _text(self.newest_at),
            "heard_at": _text(self.heard_at),
            "age_s": None if self.age is None else round(self.age, 3),
        }


def read_status(source: Source, now: float) -> Status:
    """The source as it stands now. Today is the UTC day, as times are stored."""
    headline = read_headline(source, now)
    spent = source.raw("status/cost_since", day=times.text(now)[:10])
    newest = source.raw("status/newest_event")
    is_costless = "cost" in source.lacks
    return Status(
        runs=_counts(source, "status/runs"),
        agents=_counts(source, "status/agents"),
        approvals_pending=source.raw("status/pending_approvals")[0][0],
        approvals_answerable=len(headline.approvals),
        approvals_overdue=len(headline.late),
        next_expiry=headline.next_expiry,
        alarms={str(severity): count for severity, count in source.raw("status/open_alarms")},
        alarms_loud=_loud(headline),
        # Where nothing is counted the cost is unknown, not 0, and no call is without a price.
        cost_today=None if is_costless else money(cost for cost, _ in spent),
        unpriced_today=None
        if is_costless
        else sum(count for _, count in spent if isinstance(count, int)),
        newest_at=times.parse(_written(newest[0][0])) if newest else None,
        heard_at=headline.writer_heard_at,
        now=now,
    )


def _counts(source: Source, statement: str) -> dict[str, int]:
    found = {str(status): count for status, count in source.raw(statement)}
    return {**dict.fromkeys(CANONICAL, 0), **found}


def _loud(headline: Headline) -> dict[str, int]:
    loud: dict[str, int] = {}
    for alarm in headline.alarms:
        loud[alarm.severity] = loud.get(alarm.severity, 0) + 1
    return loud


def _written(value: object) -> str | None:
    return None if value is None else str(value)


def _text(at: float | None) -> str | None:
    return None if at is None else times.text(at)
