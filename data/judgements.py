"""What the console infers from rows and no row says: SILENT, LOOP?, LIMITED, lost, with evidence.

Every judgement is a pure function of facts and the time; none is ever stored.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from . import times

SILENT_FACTOR = 3.0
"""An agent is silent after this many of its own usual gaps without an event ..."""

SILENT_FLOOR = 180.0
"""... and never before this many seconds."""

LOOP_REPEATS = 4
"""How often the same call, or the same few calls, must follow each other to look like a loop."""

LOOP_PERIODS = (1, 2, 3, 4)
"""Lengths of the repeated part that are looked for, in calls."""

LOST_HEARTBEATS = 3
"""A writer is lost after missing this many of its heartbeats."""

_LIMIT_WORDS = (
    "429",
    "rate limit",
    "rate_limit",
    "ratelimit",
    "quota",
    "overloaded",
    "too many requests",
)


@dataclass(frozen=True)
class Judgement:
    """One inference: its word, since when it holds, what is shown, and the rows that made it so."""

    state: str
    """SILENT, LOOP?, LIMITED or lost."""
    since: float
    """Epoch seconds."""
    says: str
    """What the NOW column shows."""
    evidence: tuple[str, ...]
    """The rows that made it so, as `relation id`."""


@dataclass(frozen=True)
class CallMade:
    """One tool call as far as a loop needs it."""

    id: str
    name: str
    input: str
    at: float


def silence(
    event_times: Sequence[float],
    now: float,
    *,
    factor: float = SILENT_FACTOR,
    floor: float = SILENT_FLOOR,
) -> float | None:
    """Seconds of silence when it is unusual for these events (oldest first), else None."""
    if not event_times:
        return None
    quiet = now - event_times[-1]
    gaps = sorted(later - earlier for earlier, later in pairwise(event_times))
    usual = gaps[len(gaps) // 2] if gaps else 0.0
    return quiet if quiet > max(floor, factor * usual) else None


def loop(calls: Sequence[CallMade], *, repeats: int = LOOP_REPEATS) -> tuple[int, int] | None:
    """(period, times) when the newest calls (oldest first) repeat one shape, else None.

    The shortest period wins: six equal calls are `×6`, not three pairs.
    """
    shapes = [(call.name, call.input) for call in calls]
    for period in LOOP_PERIODS:
        times = _repeats(shapes, period)
        if times >= repeats:
            return period, times
    return None


def is_limited(error: str | None) -> bool:
    """Whether an error's words are a provider's limit rather than a fault of the agent's."""
    words = (error or "").lower()
    return any(limit in words for limit in _LIMIT_WORDS)


_RESETS_AT = re.compile(r"""resets_at\W{1,5}([0-9T:.+\-]{16,32}Z?)""")
_RESETS_IN = re.compile(r"""resets?[ _]in\W{1,5}(?:(\d{1,3}):)?(\d{1,3}):(\d{2})\b""")


def limit_ends(text: str, at: float | None) -> float | None:
    """When a provider's limit ends, in epoch seconds, as words or details written at `at` say it:
    `resets_at` and a time, or `resets in 02:10`."""
    moment = _RESETS_AT.search(text)
    if moment is not None:
        return times.parse(moment[1])
    left = _RESETS_IN.search(text)
    if left is None or at is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in left.groups())
    return at + hours * 3600 + minutes * 60 + seconds


def without_reset(text: str) -> str:
    """What is said of a limit besides the time to its end, which is no longer true."""
    rest = _RESETS_IN.sub("", text)
    return ", ".join(part for piece in rest.split(",") if (part := piece.strip()))


def is_lost(
    heartbeat_at: float | None,
    every: float,
    ended: bool,
    now: float,
    *,
    missed: int = LOST_HEARTBEATS,
) -> bool:
    """Whether the process that writes an open run is gone: it ended, or stopped beating."""
    if ended:
        return True
    return heartbeat_at is not None and now - heartbeat_at > missed * every


def _repeats(shapes: Sequence[tuple[str, str]], period: int) -> int:
    pattern = shapes[-period:]
    times, end = 0, len(shapes)
    while end >= period and shapes[end - period : end] == pattern:
        times += 1
        end -= period
    return times
