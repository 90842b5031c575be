"""How old the truth on screen is, and whether it may be acted on: freshness as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .errors import SourceError

Word = Literal["READING", "LIVE", "FROZEN", "REPLAY", "STALE", "RETRY", "NO FILE"]

LATE_LOOKS = 4
"""Looks that may fail to come before the view is stale."""

LATE_HEARTBEATS = 3
"""Heartbeats a writer may miss before its silence makes the view stale."""


@dataclass(frozen=True)
class Freshness:
    """The word of row 1, its age in seconds, and what stands behind it."""

    word: Word
    age: float
    """Seconds since the last look that succeeded, or since the view was frozen."""
    since: float
    """Epoch seconds from which on the rows may no longer be the whole truth."""
    fault: SourceError | None = None
    attempts: int = 0
    """Looks that failed in a row."""
    next_look: float = 0.0
    """Epoch seconds of the next look while it fails."""
    arrived: int = 0
    """Events that arrived since the view was frozen."""

    @property
    def is_live(self) -> bool:
        """Whether ages are true now and a gate may be decided."""
        return self.word == "LIVE"


@dataclass(frozen=True)
class Looks:
    """What the poller knows of its looks; times in epoch seconds, 0: never."""

    good_at: float = 0.0
    fault: SourceError | None = None
    fault_since: float = 0.0
    attempts: int = 0
    next_at: float = 0.0


def freshness(
    looks: Looks,
    now: float,
    *,
    interval: float,
    frozen_at: float | None = None,
    arrived: int = 0,
    writer_heard_at: float | None = None,
    heartbeat: float = 5.0,
) -> Freshness:
    """What the looks so far say of the view now.

    `writer_heard_at` is the newest heartbeat of a writer that should still be beating (None: no
    writer is expected to), `heartbeat` its interval in seconds.
    """
    if looks.fault is not None:
        return _failing(looks, now)
    if looks.good_at == 0.0:
        return Freshness("READING", 0.0, now)
    age = max(0.0, now - looks.good_at)
    if frozen_at is not None:
        return Freshness("FROZEN", now - frozen_at, frozen_at, arrived=arrived)
    if age > max(LATE_LOOKS * interval, 2.0):
        return Freshness("STALE", age, looks.good_at)
    if writer_heard_at is not None and now - writer_heard_at > LATE_HEARTBEATS * heartbeat:
        return Freshness("STALE", now - writer_heard_at, writer_heard_at)
    return Freshness("LIVE", age, looks.good_at)


_BY_HARM: tuple[Word, ...] = ("LIVE", "READING", "REPLAY", "FROZEN", "STALE", "RETRY", "NO FILE")


def worst(found: Sequence[Freshness]) -> int:
    """Which of several sources' freshness says most against what is on screen; the first of equals.

    `found` has one at least.
    """
    return max(range(len(found)), key=lambda index: (_BY_HARM.index(found[index].word), -index))


def _failing(looks: Looks, now: float) -> Freshness:
    since = looks.good_at or looks.fault_since
    gone = looks.fault is not None and looks.fault.kind == "missing"
    return Freshness(
        "NO FILE" if gone else "RETRY",
        max(0.0, now - since),
        since,
        fault=looks.fault,
        attempts=looks.attempts,
        next_look=looks.next_at,
    )
