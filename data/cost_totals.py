"""Sums of calls and money by any grouping, kept from tick to tick: a tick reads only what is new.

Money is whole micro-dollars. Where a source keeps totals by the hour, hours that are over are
summed once and only the last two are read again; elsewhere `call_ledger` feeds the same sums.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Any, NamedTuple

from . import times
from .rows import Cost, coerce
from .source import Source
from .spending import BEYOND_CALLS

CHUNK = 4_000
"""Totals of past hours that are read in one tick, whatever is asked, until all are."""

RENEWED_SECONDS = 600.0
"""After this the sums of past hours are made anew beside the old ones: rows may have gone."""

MOST_QUESTIONS = 8
"""Groupings whose sums are kept; the one asked longest ago goes."""

OPEN_HOURS = 1
"""Hours before the current one that may still grow."""

Scope = tuple[tuple[str, str | None], ...]
"""Only what has these keys: (("model", "opus-4-8"), ("agent", "coder-a81f"))."""


class Spent(NamedTuple):
    """Calls and money of one agent with one model in one hour, or some of it."""

    hour: str
    """2026-11-21T14, in UTC; "" where the source's time is none."""
    project: str | None
    run_id: str
    agent_id: str
    model: str | None
    calls: int
    tokens_in: int
    tokens_out: int
    cache_read: int
    cache_write: int
    micros: int
    reported: int
    unpriced: int


@dataclass(slots=True)
class Sum:
    """What belongs to one group so far. `tokens_in` includes what the cache gave and took."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cache_read: int = 0
    cache_write: int = 0
    micros: int = 0
    reported: int = 0
    unpriced: int = 0

    def add(self, other: "Spent | Sum") -> None:
        """Takes the other's calls and money in."""
        self.calls += other.calls
        self.tokens_in += other.tokens_in
        self.tokens_out += other.tokens_out
        self.cache_read += other.cache_read
        self.cache_write += other.cache_write
        self.micros += other.micros
        self.reported += other.reported
        self.unpriced += other.unpriced

    @property
    def tokens(self) -> int:
        """All tokens, in and out."""
        return self.tokens_in + self.tokens_out


Key = str | None
Order = Callable[[tuple[Key, Sum]], Any]


@dataclass
class Totals:
    """The sums of one grouping, and of everything in it."""

    by: str
    scope: Scope = ()
    first: str = ""
    """The first hour that counts; "": all."""
    groups: dict[Key, Sum] = field(default_factory=dict)
    total: Sum = field(default_factory=Sum)
    version: int = 0
    _best: dict[str, tuple[int, list[Key]]] = field(default_factory=dict)

    def add(self, spent: Spent) -> None:
        """Takes it in where its hour and its keys are asked for."""
        if spent.hour < self.first or any(key_of(spent, by) != key for by, key in self.scope):
            return
        key = key_of(spent, self.by)
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = Sum()
        group.add(spent)
        self.total.add(spent)
        self.version += 1

    def best(self, name: str, order: Order, most: int) -> list[Key]:
        """The keys of the highest groups in an order called `name`; kept until something is added.

        Sums only grow, so the highest of all are among these and the groups of newer sums.
        """
        version, keys = self._best.get(name, (-1, []))
        if version != self.version:
            keys = [key for key, _ in nlargest(most, self.groups.items(), key=order)]
            self._best[name] = (self.version, keys)
        return keys


def key_of(spent: Spent, by: str) -> Key:
    """The group that something belongs to; None where the source does not say."""
    match by:
        case "model":
            return spent.model or None if spent.calls else BEYOND_CALLS
        case "agent":
            return spent.agent_id or None
        case "run":
            return spent.run_id or None
        case "project":
            return spent.project or None
        case "day":
            return spent.hour[:10] or None
        case "hour":
            return spent.hour or None
    return ""


class Question(NamedTuple):
    """What is asked for: a grouping, from an hour on, of what is in a scope."""

    by: str
    first: str = ""
    scope: Scope = ()

    def totals(self) -> Totals:
        """The empty sums of it."""
        return Totals(self.by, self.scope, self.first)


class Reading(NamedTuple):
    """The sums of what is over and of what may still change, and how far back they reach."""

    settled: Totals
    moving: Totals
    reached: str | None
    """Until all is read: the hour back to which it is."""


@dataclass
class _Past:
    """The hours of one question that are over, read backwards in chunks."""

    question: Question
    totals: Totals
    low: str
    """Hours from here on are summed ..."""
    until: str
    """... and up to here."""
    made: float
    is_whole: bool = False
    renewal: "_Past | None" = None


def read_hours(source: Source, question: Question, now: float, chunk: int = CHUNK) -> Reading:
    """The sums of a source that keeps totals by the hour, in bounded steps."""
    until = times.hour(now - OPEN_HOURS * 3600)
    tick = _tick(source, until, now, chunk)
    past = _past(source, question, until, now)
    _go_on(source, past, until, tick)
    if past.renewal is not None:
        _go_on(source, past.renewal, until, tick)
    moving = question.totals()
    for spent in tick.moving:
        moving.add(spent)
    return Reading(past.totals, moving, None if past.is_whole else past.low)


@dataclass
class _Tick:
    """What the questions of one tick share: the hours that may still grow, and the rows to read."""

    now: float
    moving: list[Spent]
    left: int


def _tick(source: Source, until: str, now: float, chunk: int) -> _Tick:
    tick: _Tick | None = source.memo.get("cost tick")
    if tick is None or tick.now != now:
        tick = source.memo["cost tick"] = _Tick(now, list(_hours(source, until, "~")), chunk)
    return tick


def is_behind(source: Source) -> bool:
    """Whether anything asked lately is not read to its end."""
    kept: dict[Question, _Past] = source.memo.get("cost hours", {})
    return any(not past.is_whole for past in kept.values())


def _past(source: Source, question: Question, until: str, now: float) -> _Past:
    """What is known of a question's past; one that is old enough is being made anew."""
    kept: dict[Question, _Past] = source.memo.setdefault("cost hours", {})
    past = kept.pop(question, None) or _Past(question, question.totals(), until, until, now)
    if past.renewal is not None and past.renewal.is_whole:
        past = past.renewal
    elif past.renewal is None and past.is_whole and now - past.made > RENEWED_SECONDS:
        past.renewal = _Past(question, question.totals(), until, until, now)
    # The one asked last stands last.
    kept[question] = past
    while len(kept) > MOST_QUESTIONS:
        del kept[next(iter(kept))]
    return past


def _go_on(source: Source, past: _Past, until: str, tick: _Tick) -> None:
    if past.until < until:
        _take(past, _hours(source, max(past.until, past.question.first), until))
        past.until = until
    if past.is_whole or tick.left <= 0:
        return
    chunk = tick.left
    rows = source.raw(
        "costs/hours_before", first=past.question.first, before=past.low, limit=chunk + 1
    )
    tick.left -= len(rows)
    past.is_whole = len(rows) <= chunk
    found = list(_as_spent(rows))
    if not past.is_whole:
        found = _whole_hours(source, found, past.low)
        past.low = found[-1].hour if found else past.low
    _take(past, found)


def _whole_hours(source: Source, found: list[Spent], before: str) -> list[Spent]:
    """A chunk without its last hour, which may go on; an hour larger than a chunk is read whole."""
    last = found[-1].hour
    whole = [spent for spent in found if spent.hour != last]
    return whole or list(_hours(source, last, before))


def _take(past: _Past, found: Iterable[Spent]) -> None:
    for spent in found:
        past.totals.add(spent)


def _hours(source: Source, first: str, until: str) -> Iterator[Spent]:
    return _as_spent(source.raw("costs/hours_from", first=first, until=until))


def _as_spent(rows: list[tuple[Any, ...]]) -> Iterator[Spent]:
    for row in coerce(Cost, rows):
        hour = _hour(row.hour)
        unpriced = row.calls if row.calls and micros_of(row.cost_usd) is None else row.unpriced
        yield Spent(
            hour,
            row.project,
            row.run_id,
            row.agent_id,
            row.model,
            number(row.calls),
            number(row.tokens_in),
            number(row.tokens_out),
            number(row.cache_read),
            number(row.cache_write),
            micros_of(row.cost_usd) or 0,
            number(row.reported),
            number(unpriced),
        )


def _hour(text: str | None) -> str:
    if text is None or len(text) == 13:
        return text or ""
    at = times.parse(text)
    return "" if at is None else times.hour(at)


def micros_of(usd: float | None) -> int | None:
    """Dollars as whole micro-dollars; None for what is unknown or no amount."""
    if usd is None or not math.isfinite(usd) or abs(usd) > 1e12:
        return None
    return round(usd * 1_000_000)


def number(value: float | None) -> int:
    """A count as the source told it; what is no number counts nothing."""
    return int(value) if value is not None and math.isfinite(value) else 0
