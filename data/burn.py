"""The last hour, call by call: how fast money goes now, for everyone and for each run and agent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import islice
from typing import NamedTuple

from . import times
from .call_ledger import Call
from .cost_totals import micros_of, number
from .rows import OPEN
from .source import Source

HOUR = 3600.0
MINUTES = 60
SHORT_MINUTES = 5
"""The rate now is that of so many minutes."""

MOST_CALLS = 5_000
"""Calls kept of the last hour; where there were more, rates and plot say so."""

NEWEST_RECHECKED, OTHERS_RECHECKED = 40, 10
"""Open calls looked at again in one tick: the newest ones, and the next of the others."""

CLOCK_SKEW = 60.0
"""Seconds a writer's clock may be ahead; what is later still counts for no rate."""

_PAGE = 500
_LONGEST_CALL = HOUR
"""A call that began this long before the hour may still have ended in it."""

_LAST = 2**63 - 1


class Burnt(NamedTuple):
    """One call of the last hour."""

    seq: int
    at: float
    """Epoch seconds: when it was over, or began if it is open."""
    model: str
    run_id: str
    agent_id: str
    name: str
    status: str
    micros: int | None
    tokens_in: int
    cache_read: int


@dataclass(frozen=True)
class Burn:
    """The calls of one hour, oldest first."""

    calls: tuple[Burnt, ...]
    now: float
    is_cut: bool
    """There were more than MOST_CALLS."""

    @property
    def start(self) -> float:
        """When the first of the 60 minutes begins; the last one is under way."""
        return (self.now // 60 - (MINUTES - 1)) * 60

    def rate(self, minutes: int, wanted: Callable[[Burnt], bool] | None = None) -> float:
        """Micro-dollars a minute, of the last so many minutes."""
        since, until = self.now - minutes * 60, self.now + CLOCK_SKEW
        chosen = (call for call in reversed(self.calls) if since < call.at <= until)
        return sum(call.micros or 0 for call in chosen if not wanted or wanted(call)) / minutes

    def minutes(self) -> dict[str, list[int]]:
        """Each model's micro-dollars minute by minute, the dearest model first."""
        models: dict[str, list[int]] = {}
        start = self.start
        for call in self.calls:
            minute = int((call.at - start) // 60)
            if call.micros and 0 <= minute < MINUTES:
                models.setdefault(call.model, [0] * MINUTES)[minute] += call.micros
        return dict(sorted(models.items(), key=lambda each: (-sum(each[1]), each[0])))


class Waste(NamedTuple):
    """What the hour's rows show to have been spent for nothing or twice; inferred."""

    failed_micros: int
    """Calls that failed or were cancelled."""
    retry_micros: int
    """Calls of an agent right after a failed one of the same name."""
    resent_tokens: int
    """Input that the cache had: sent again with every turn."""
    missed_tokens: int
    """Input of calls that had nothing from the cache, of agents that had before."""


def waste(burn: Burn) -> Waste:
    """The waste of the last hour."""
    failed = retried = resent = missed = 0
    before: dict[str, Burnt] = {}
    cached: set[str] = set()
    for call in burn.calls:
        last = before.get(call.agent_id)
        has_failed = call.status in ("failed", "cancelled")
        if has_failed:
            failed += call.micros or 0
        elif last is not None and last.status == "failed" and last.name == call.name:
            retried += call.micros or 0
        resent += call.cache_read
        if call.cache_read:
            cached.add(call.agent_id)
        elif call.agent_id in cached and call.status == "completed":
            missed += call.tokens_in
        before[call.agent_id] = call
    return Waste(failed, retried, resent, missed)


@dataclass
class _Watch:
    """What is kept of the last hour between two ticks."""

    high: int = -1
    calls: dict[int, Burnt] = field(default_factory=dict)
    open: dict[int, float] = field(default_factory=dict)
    """When each call that is not over began."""
    cut_at: float | None = None
    """When the oldest call kept was over, where older ones of the hour were left out."""


def read_burn(source: Source, now: float) -> Burn:
    """The last hour as it stands now: a tick reads what is new and what is open, bounded."""
    known: Burn | None = source.memo.get("burn at")
    if known is not None and known.now == now:
        return known
    burn = source.memo["burn at"] = _read(source, now)
    return burn


def _read(source: Source, now: float) -> Burn:
    watch: _Watch = source.memo.setdefault("burn", _Watch())
    if watch.high < 0:
        _begin(source, watch, now)
    else:
        _recheck(source, watch, now)
        new = source.all("costs/prompts_after", Call, after=watch.high, limit=MOST_CALLS + 1)
        if len(new) > MOST_CALLS:
            watch = source.memo["burn"] = _Watch()
            _begin(source, watch, now)
        else:
            _take(watch, new)
    _forget(watch, now)
    calls = sorted(watch.calls.values(), key=lambda call: call.at)
    return Burn(tuple(calls), now, watch.cut_at is not None and watch.cut_at > now - HOUR)


def _begin(source: Source, watch: _Watch, now: float) -> None:
    """Reads backwards until the calls began long before the hour."""
    before = _LAST
    while len(watch.calls) + len(watch.open) < MOST_CALLS:
        rows = source.all("costs/prompts_before", Call, before=before, limit=_PAGE)
        _take(watch, rows)
        began = [at for row in rows if (at := times.parse(row.created_at)) is not None]
        if len(rows) < _PAGE or (began and max(began) < now - HOUR - _LONGEST_CALL):
            break
        before = rows[-1].seq
    else:
        watch.cut_at = min((call.at for call in watch.calls.values()), default=now)
    watch.high = max(watch.high, 0)


def _recheck(source: Source, watch: _Watch, now: float) -> None:
    due = dict.fromkeys(nlargest(NEWEST_RECHECKED, watch.open))
    due |= dict.fromkeys(islice(watch.open, OTHERS_RECHECKED))
    for seq in due:
        began = watch.open.pop(seq)
        row = source.one("costs/prompt_at", Call, seq=seq)
        # What was left open for a day is not looked at for ever.
        if row is not None and now - began < 24 * HOUR:
            _take(watch, [row])


def _take(watch: _Watch, rows: Iterable[Call]) -> None:
    for row in rows:
        watch.high = max(watch.high, row.seq)
        began = times.parse(row.created_at)
        at = times.parse(row.completed_at) or began
        if at is None:
            continue
        if row.status in OPEN:
            watch.open[row.seq] = at
        watch.calls[row.seq] = Burnt(
            row.seq,
            at,
            row.model or "",
            row.run_id,
            row.agent_id,
            row.name or "",
            row.status,
            micros_of(row.cost_usd),
            number(row.tokens_in),
            number(row.cache_read),
        )


def _forget(watch: _Watch, now: float) -> None:
    """Lets go of what is older than the hour, and of the oldest where there is too much."""
    old = [seq for seq, call in watch.calls.items() if call.at <= now - HOUR - 60]
    for seq in old:
        del watch.calls[seq]
    if len(watch.calls) > MOST_CALLS:
        oldest = sorted(watch.calls.values(), key=lambda call: call.at)[:-MOST_CALLS]
        for call in oldest:
            del watch.calls[call.seq]
        watch.cut_at = oldest[-1].at
