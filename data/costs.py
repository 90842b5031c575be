"""What it costs, by whom, how fast: the facts of the Costs screen, and today's sum for the others.

Totals come from the source's own where it keeps them by the hour, else from its calls as they are
read; both are whole micro-dollars. A window takes in the whole hour it begins in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from . import times
from .budgets import BudgetFacts, Limits, midnight, read_budgets, totals
from .burn import HOUR, SHORT_MINUTES, Waste, read_burn, waste
from .call_ledger import Call, spent_on
from .cost_totals import Key, Question, Reading, Scope, Sum, is_behind, key_of, micros_of, number
from .source import Source
from .text import clean

WINDOWS = ("today", "24h", "7d", "30d", "all")
_WINDOW_HOURS = {"24h": 24, "7d": 7 * 24, "30d": 30 * 24}

INNER = {"model": "agent", "run": "agent", "project": "run", "day": "model", "agent": "calls"}
"""What a group opens into; an agent opens into its calls."""

ORDERS = ("cost", "calls", "tokens", "name")
MOST_ROWS = 200
MOST_CALLS = 500
_CALLS_PAGE = 500
TODAY_CHUNK = 1_000
"""Rows read in one tick for today's sum alone, newest first: other screens ask for more."""

_MOST_NAMES = 5_000
_LAST = 2**63 - 1


class Today(NamedTuple):
    """What was spent since the local midnight."""

    micros: int
    unpriced: int
    """Calls without a price: the sum is a floor while there are any."""
    per_minute: float
    """Micro-dollars a minute, of the last five."""


class CostRow(NamedTuple):
    """One group. `tokens_in` includes what the cache gave and took."""

    key: Key
    name: str
    about: str
    """The run of an agent, the model of a call; else empty."""
    calls: int
    tokens_in: int
    tokens_out: int
    cache_read: int
    cache_write: int
    micros: int
    reported: int
    unpriced: int
    run_id: str | None = None
    at: float | None = None
    """Of a single call: when it began."""
    agent_id: str | None = None
    status: str = ""

    @property
    def cost_usd(self) -> float | None:
        """USD; None where every call is unpriced."""
        return None if self.calls and self.unpriced == self.calls else self.micros / 1_000_000

    @property
    def fresh(self) -> int:
        """Input tokens the cache neither gave nor took."""
        return max(0, self.tokens_in - self.cache_read - self.cache_write)

    @property
    def source(self) -> str:
        """Where the prices are from: reported, table, mixed, or "" for no price."""
        priced = self.calls - self.unpriced
        if not self.calls:
            return "reported"
        if priced <= 0:
            return ""
        if self.reported >= priced:
            return "reported"
        return "mixed" if self.reported else "table"


@dataclass(frozen=True)
class CostsFacts:
    """The Costs screen at one moment."""

    by: str
    window: str
    scope: Scope
    rows: tuple[CostRow, ...]
    total: CostRow
    more: int
    """Groups, or calls, beyond those in `rows`; the total has them."""
    reached: float | None
    """While not all is read: epoch seconds back to which it is."""
    is_behind: bool
    """Another look brings more of what is already written."""
    today: Today
    budgets: tuple[BudgetFacts, ...]
    minutes: tuple[tuple[str, tuple[int, ...]], ...]
    """The last hour: each model's micro-dollars in each of 60 minutes, the dearest model first."""
    start: float
    """When the first of these minutes begins."""
    is_cut: bool
    """The hour had more calls than are kept: its plot and rates are floors."""
    waste: Waste
    now: float
    system: str
    why_empty: str = ""
    """Why the source has no costs, where it records none."""


def read_costs(
    source: Source,
    now: float,
    by: str = "model",
    window: str = "today",
    *,
    scope: Scope = (),
    order: str = "cost",
    limits: Limits | None = None,
) -> CostsFacts:
    """Groups of one window, dearest first, with the hour's pace and every budget.

    `by` is one of GROUPINGS, or `calls` within a scope that names an agent. A tick reads a bounded
    part of what is new; `reached` says how far back it got.
    """
    if "cost" in source.lacks:
        return _not_recorded(source, now, by, window, scope)
    burn = read_burn(source, now)
    since = began(window, now)
    reading = totals(source, Question(_grouping(by), _first(since), scope), now)
    if by == "calls":
        rows, more = _calls(source, scope, since)
    else:
        rows, more = _groups(source, reading, by, order)
    total = _merged(reading.settled.total, reading.moving.total)
    reached = times.parse(f"{reading.reached}:00") if reading.reached else None
    spent_today, budgets = today(source, now), read_budgets(source, now, limits, burn)
    return CostsFacts(
        by,
        window,
        scope,
        tuple(rows),
        _row(None, "total", "", total),
        more,
        now if reading.reached == "" else reached,
        reading.reached is not None or is_behind(source),
        spent_today,
        tuple(budgets),
        tuple((clean(model, 60), tuple(each)) for model, each in burn.minutes().items()),
        burn.start,
        burn.is_cut,
        waste(burn),
        now,
        source.system.name,
    )


def _not_recorded(source: Source, now: float, by: str, window: str, scope: Scope) -> CostsFacts:
    """Of a source without costs nothing is summed: no total of it would be a total."""
    return CostsFacts(
        by,
        window,
        scope,
        rows=(),
        total=_row(None, "total", "", Sum()),
        more=0,
        reached=None,
        is_behind=False,
        today=Today(0, 0, 0.0),
        budgets=(),
        minutes=(),
        start=now - HOUR,
        is_cut=False,
        waste=Waste(0, 0, 0, 0),
        now=now,
        system=source.system.name,
        why_empty=source.lacks["cost"],
    )


def today(source: Source, now: float) -> Today:
    """What was spent since the local midnight, and the pace: cheap enough for every tick."""
    reading = totals(source, Question("", times.hour(midnight(now))), now, TODAY_CHUNK)
    total = _merged(reading.settled.total, reading.moving.total)
    return Today(total.micros, total.unpriced, read_burn(source, now).rate(SHORT_MINUTES))


def began(window: str, now: float) -> float | None:
    """When a window begins, in epoch seconds; None: with the first row."""
    if window == "all":
        return None
    return midnight(now) if window == "today" else now - _WINDOW_HOURS[window] * HOUR


def _first(since: float | None) -> str:
    return "" if since is None else times.hour(since)


def _grouping(by: str) -> str:
    return "" if by == "calls" else by


def _merged(*parts: Sum | None) -> Sum:
    merged = Sum()
    for part in parts:
        if part is not None:
            merged.add(part)
    return merged


# Groups


def _groups(source: Source, reading: Reading, by: str, order: str) -> tuple[list[CostRow], int]:
    settled, moving = reading.settled, reading.moving
    is_newest_first = by in ("day", "hour") and order == "cost"
    ranked = "newest" if is_newest_first else order
    highest = _RANKS[ranked]
    keys = dict.fromkeys(settled.best(ranked, highest, MOST_ROWS)) | dict.fromkeys(moving.groups)
    sums = {key: _merged(settled.groups.get(key), moving.groups.get(key)) for key in keys}
    chosen = sorted(sums.items(), key=highest, reverse=True)[:MOST_ROWS]
    new = sum(key not in settled.groups for key in moving.groups)
    rows = [_named_row(source, by, key, at) for key, at in chosen]
    if order == "name":
        rows.sort(key=lambda row: (row.key is None, row.name))
    return rows, len(settled.groups) + new - len(rows)


_RANKS: dict[str, Callable[[tuple[Key, Sum]], Any]] = {
    "cost": lambda group: (group[1].micros, group[1].calls),
    "calls": lambda group: group[1].calls,
    "tokens": lambda group: group[1].tokens,
    "name": lambda group: group[1].micros,
    "newest": lambda group: group[0] or "",
}


def _named_row(source: Source, by: str, key: Key, at: Sum) -> CostRow:
    name, about, run_id = clean(key, 80) if key else "none", "", None
    if by == "agent" and key:
        name, about, run_id = _agent_name(source, key)
    elif by == "run" and key:
        name, about, run_id = _run_title(source, key), key, key
    return _row(key, name, about, at, run_id)


def _row(key: Key, name: str, about: str, at: Sum, run_id: str | None = None) -> CostRow:
    return CostRow(
        key,
        name,
        about,
        at.calls,
        at.tokens_in,
        at.tokens_out,
        at.cache_read,
        at.cache_write,
        at.micros,
        at.reported,
        at.unpriced,
        run_id,
    )


def _names(source: Source) -> dict[tuple[str, str], Any]:
    names: dict[tuple[str, str], Any] = source.memo.setdefault("cost names", {})
    if len(names) > _MOST_NAMES:
        names.clear()
    return names


def _agent_name(source: Source, agent_id: str) -> tuple[str, str, str | None]:
    """Name, run's title and run's id of an agent; its id where it is gone."""
    names = _names(source)
    if ("agent", agent_id) not in names:
        found = source.raw("costs/agent", agent_id=agent_id)
        run_id = str(found[0][2]) if found else None
        name = clean(str(found[0][3]), 80) if found else clean(agent_id, 80)
        about = _run_title(source, run_id) if run_id else ""
        names["agent", agent_id] = name, about, run_id
    known: tuple[str, str, str | None] = names["agent", agent_id]
    return known


def _run_title(source: Source, run_id: str) -> str:
    names = _names(source)
    if ("run", run_id) not in names:
        found = source.raw("costs/run", run_id=run_id)
        names["run", run_id] = clean(str(found[0][1]), 80) if found else clean(run_id, 80)
    return str(names["run", run_id])


# Calls


def _calls(source: Source, scope: Scope, since: float | None) -> tuple[list[CostRow], int]:
    """The newest calls of the agent in scope, by what else the scope says; 1: there are more."""
    agent_id = dict(scope).get("agent") or ""
    first, before = _first(since), _LAST
    rows: list[CostRow] = []
    while len(rows) <= MOST_CALLS:
        page = source.all(
            "costs/prompts_of_agent", Call, agent_id=agent_id, before=before, limit=_CALLS_PAGE
        )
        rows += [_call_row(call) for call in page if _is_in(call, scope, first)]
        if len(page) < _CALLS_PAGE:
            break
        before = page[-1].seq
    return rows[:MOST_CALLS], int(len(rows) > MOST_CALLS)


def _is_in(call: Call, scope: Scope, first: str) -> bool:
    spent = spent_on(call)
    at = times.parse(call.completed_at or call.created_at)
    hour = "" if at is None else times.hour(at)
    spent = spent._replace(hour=hour)
    return hour >= first and all(
        by in ("run", "project") or key_of(spent, by) == key for by, key in scope
    )


def _call_row(call: Call) -> CostRow:
    micros = micros_of(call.cost_usd)
    return CostRow(
        call.id,
        clean(call.name or "answer", 80),
        clean(call.model or "", 60),
        1,
        number(call.tokens_in),
        number(call.tokens_out),
        number(call.cache_read),
        number(call.cache_write),
        micros or 0,
        int(micros is not None and call.cost_source == "reported"),
        int(micros is None),
        call.run_id,
        times.parse(call.created_at),
        call.agent_id,
        call.status,
    )


# Prices


class CacheSaved(NamedTuple):
    """What the cache saved by the price table, of the models it knows."""

    micros: int
    uncached_micros: int
    """What the same calls would have cost without a cache."""
    models: int
    unknown: int
    """Models that used a cache and are not in the table."""


def read_models(source: Source, now: float, window: str) -> tuple[CostRow, ...]:
    """The models of a window, dearest first: who priced their calls, and what the cache gave."""
    reading = totals(source, Question("model", _first(began(window, now))), now)
    return tuple(_groups(source, reading, "model", "cost")[0])


def cache_saved(rows: tuple[CostRow, ...], now: float) -> CacheSaved:
    """What the cache saved on these models at the table's price of today; 0.3 s the first time."""
    # Only here, and never on a tick: the table costs 0.3 s and 36 MB.
    from .recording.prices import price_micros

    saved = uncached = models = unknown = 0
    for row in rows:
        if not row.cache_read:
            continue
        tokens = (row.tokens_in, row.tokens_out)
        cached = price_micros(row.key, now, *tokens, row.cache_read, row.cache_write)
        plain = price_micros(row.key, now, *tokens, None, None)
        if cached is None or plain is None:
            unknown += 1
            continue
        models += 1
        saved += plain - cached
        uncached += plain
    return CacheSaved(saved, uncached, models, unknown)
