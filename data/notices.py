"""What is worth a notice, and when it may be told: a new gate, a grave alarm, or several at once.

Each is told of once, at most one notice goes out within a while, and none about what was there
before the console began.
"""

import math
import re
import time  # the zone's rules, not the clock
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from . import times
from .headline import Headline, OpenAlarm, PendingApproval
from .text import clean

Mode = Literal["auto", "osc99", "osc777", "osc9", "bell", "off"]
When = Literal["unfocused", "always"]
Gravest = Literal["critical", "error", "warning", "off"]
Kind = Literal["gate", "alarm", "regrouped", "test"]

TITLE = 120
"""Characters of a title that a notice has room for."""

REMEMBERED = 10_000
"""Gates and alarms of one source that are remembered as told."""

_BY_HARM = ("critical", "high", "error", "medium", "warning", "low", "info")
_ALARMS: dict[str, tuple[str, ...]] = {
    "critical": ("critical",),
    "error": ("critical", "error"),
    "warning": ("critical", "error", "warning"),
    "off": (),
}


class Quiet(NamedTuple):
    """Hours in which nothing is told, in minutes since midnight on the reader's clock."""

    start: int
    end: int
    """Before the start: on the next day. The same: all day."""

    def holds(self, minute: int) -> bool:
        """Whether a minute of the day is among them; the last one is not."""
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


def quiet(text: str) -> Quiet:
    """Quiet hours as they are written: `22:00-07:00`. Raises ValueError for anything else."""
    found = re.fullmatch(r"\s*(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)\s*", text, re.ASCII)
    numbers = [int(part) for part in found.groups()] if found else []
    if not numbers or max(numbers[::2]) > 23 or max(numbers[1::2]) > 59:
        raise ValueError(f"“{text}” is no span of hours: write it as 22:00-07:00")
    return Quiet(numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3])


@dataclass(frozen=True)
class Policy:
    """How somebody wants to be told."""

    mode: Mode = "auto"
    """The terminal's own way; off: the terminal is left in peace."""
    when: When = "unfocused"
    """always: also while the terminal has the focus, or where it never says."""
    command: tuple[str, ...] = ()
    """A program of the user's own and its arguments; () for none."""
    quiet: tuple[Quiet, ...] = ()
    regroup: float = 60.0
    """Seconds in which at most one notice is told; what comes meanwhile is told together."""
    alarms: Gravest = "critical"
    """Alarms from this severity on."""

    @property
    def is_on(self) -> bool:
        """Whether anything is told at all."""
        return self.mode != "off" or bool(self.command)

    def is_quiet(self, now: float) -> bool:
        """Whether `now` lies in quiet hours, on the reader's clock."""
        local = time.localtime(now)
        return any(each.holds(local.tm_hour * 60 + local.tm_min) for each in self.quiet)


class Item(NamedTuple):
    """One gate or alarm that waits; its title is clean."""

    kind: Literal["gate", "alarm"]
    id: str
    title: str
    risk: str
    """A gate's risk, an alarm's severity."""
    run_id: str
    since: float | None
    """Epoch seconds at which it was asked or raised."""
    expires: float | None
    source: str
    """The file it waits in."""


@dataclass(frozen=True)
class Notice:
    """What is told: one gate, one alarm, or how many wait."""

    kind: Kind
    gates: int = 0
    alarms: int = 0
    item: Item | None = None
    """What it is about; of several the one that is answered first."""

    @property
    def count(self) -> int:
        """How many things it tells of."""
        return self.gates + self.alarms

    @property
    def expires(self) -> float | None:
        """Epoch seconds at which the first gate can no longer be answered."""
        return self.item.expires if self.item is not None else None


TEST = Notice("test")


class NoticeBoard:
    """What waits, what of it was told, and when the next notice may go out."""

    def __init__(self, policy: Policy, since: float) -> None:
        """`since`: what is older was there before, in epoch seconds."""
        self.policy = policy
        self._since = since
        self._known: dict[str, dict[tuple[str, str], None]] = {}
        self._waiting: dict[str, dict[tuple[str, str], Item]] = {}
        self._untold: dict[tuple[str, str, str], Item] = {}
        self._told_at = -math.inf

    def heard(self, source: str, headline: Headline) -> None:
        """Takes what waits in a source now."""
        if not self.policy.is_on:
            return
        is_first = source not in self._known
        known = self._known.setdefault(source, {})
        waiting: dict[tuple[str, str], Item] = {
            (item.kind, item.id): item for item in _items(source, headline, self.policy)
        }
        for key, item in waiting.items():
            if key in known:
                continue
            known[key] = None
            is_new = not is_first or (item.since is not None and item.since > self._since)
            if is_new:
                self._untold[(source, *key)] = item
        for key in [key for key in known if key not in waiting][: max(0, len(known) - REMEMBERED)]:
            del known[key]
        self._waiting[source] = waiting
        self._untold = {
            key: item for key, item in self._untold.items() if key[1:] in self._waiting[key[0]]
        }

    def due(self, now: float, *, is_looked_at: bool) -> Notice | None:
        """The notice to tell now, if there is one; what a person looks at needs none."""
        if not self._untold:
            return None
        if is_looked_at and self.policy.when == "unfocused":
            self._untold.clear()
            return None
        # A clock that was set back must not silence us.
        if 0 <= now - self._told_at < self.policy.regroup or self.policy.is_quiet(now):
            return None
        untold = [item for item in self._untold.values() if not _is_over(item, now)]
        self._untold.clear()
        if not untold:
            return None
        self._told_at = now
        return self._notice(untold, now)

    def _notice(self, untold: Sequence[Item], now: float) -> Notice:
        if len(untold) == 1:
            item = untold[0]
            is_gate = item.kind == "gate"
            return Notice(item.kind, gates=int(is_gate), alarms=int(not is_gate), item=item)
        # Who is called wants to know of all that waits, not only of what is new.
        waiting = [
            item
            for each in self._waiting.values()
            for item in each.values()
            if not _is_over(item, now)
        ]
        gates = sum(item.kind == "gate" for item in waiting)
        first = min(waiting, key=_urgency)
        return Notice("regrouped", gates=gates, alarms=len(waiting) - gates, item=first)


def _items(source: str, headline: Headline, policy: Policy) -> Iterator[Item]:
    for gate in headline.approvals:
        yield _gate(source, gate)
    for alarm in headline.all_alarms:
        if alarm.severity in _ALARMS[policy.alarms]:
            yield _alarm(source, alarm)


def _gate(source: str, gate: PendingApproval) -> Item:
    return Item(
        "gate",
        gate.id,
        clean(gate.title, TITLE),
        clean(gate.risk, 20),
        gate.run_id or "",
        times.parse(gate.requested_at),
        times.parse(gate.expires_at),
        source,
    )


def _alarm(source: str, alarm: OpenAlarm) -> Item:
    return Item(
        "alarm",
        alarm.id,
        clean(alarm.title, TITLE),
        clean(alarm.severity, 20),
        alarm.run_id or "",
        times.parse(alarm.opened_at),
        None,
        source,
    )


def _is_over(item: Item, now: float) -> bool:
    return item.expires is not None and item.expires <= now


def _urgency(item: Item) -> tuple[float, int]:
    harm = _BY_HARM.index(item.risk) if item.risk in _BY_HARM else 0
    return (math.inf if item.expires is None else item.expires, harm)
