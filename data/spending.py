"""What was spent, by model, agent, run, day or project: sums that equal the rows' to the micro."""

from typing import Any

from . import filters, times
from .filters import Facts, Kind
from .listing import Listing, Row, money
from .rows import Cost
from .source import Source

GROUPINGS = ("model", "agent", "run", "day", "project")

BEYOND_CALLS = "(agents' own reports)"
"""Stands for a model where agents report more than their calls add up to: no call, no model."""

_SUMMED = ("calls", "tokens_in", "tokens_out", "cache_read", "cache_write")
COLUMNS = ("key", *_SUMMED, "cost_usd", "unpriced")
_COST = COLUMNS.index("cost_usd")


def read_spending(
    source: Source, by: str, *, since: float | None = None, limit: int, filter_text: str = ""
) -> Listing:
    """Calls, tokens and cost of each group; days (UTC) newest first, the others dearest first.

    `since` is epoch seconds, None: all that is recorded. A cost is None where every call is
    unpriced. Raises UsageError for a filter that makes no sense.
    """
    chosen = filters.parse(filter_text, _fields(by))
    groups: dict[str | None, list[Cost]] = {}
    for cost in _spent(source, since):
        groups.setdefault(_key(cost, by), []).append(cost)
    rows = [_total(key, costs) for key, costs in groups.items()]
    if by == "day":
        rows.sort(key=lambda row: row[0] or "", reverse=True)
    else:
        rows.sort(key=_dearest)
    facts = [_facts(row, by) for row in rows]
    shown = [row for row, each in zip(rows, facts, strict=True) if chosen.matches(each)]
    note = "" if shown else _why_nothing(source, chosen.explain_empty(facts))
    return Listing(COLUMNS, shown[:limit], len(shown) > limit, note)


def _spent(source: Source, since: float | None) -> list[Cost]:
    if since is None:
        return source.all("listing/costs", Cost)
    # The statement cuts by day, for the index; the hour is cut here, whatever its format.
    costs = source.all("listing/costs_since", Cost, day=times.text(since)[:10])
    return [cost for cost in costs if _ends(cost.hour, since) > since]


def _ends(hour: str | None, since: float) -> float:
    """When the hour of a total is over, or the moment of a single call."""
    if hour is not None and len(hour) == 13:
        began = times.parse(f"{hour}:00")
        return since if began is None else began + 3600
    return times.parse(hour) or since


def _key(cost: Cost, by: str) -> str | None:
    if by == "day":
        return _day(cost.hour)
    if by == "model" and not cost.calls:
        return BEYOND_CALLS
    key = {"model": cost.model, "agent": cost.agent_id, "run": cost.run_id}.get(by, cost.project)
    return key or None


def _day(hour: str | None) -> str | None:
    if hour is None or len(hour) == 13:
        return hour and hour[:10]
    at = times.parse(hour)
    return None if at is None else times.text(at)[:10]


def _total(key: str | None, costs: list[Cost]) -> Row:
    sums = (sum(getattr(cost, column) for cost in costs) for column in _SUMMED)
    return key, *sums, money(cost.cost_usd for cost in costs), sum(cost.unpriced for cost in costs)


def _dearest(row: Row) -> tuple[Any, ...]:
    return row[_COST] is None, -(row[_COST] or 0), -row[1], row[0] or ""


def _fields(by: str) -> dict[str, Kind]:
    numbers = dict.fromkeys((*_SUMMED, "unpriced"), Kind.NUMBER)
    texts = dict.fromkeys(("key", by), Kind.TEXT)
    return {**numbers, **texts, "cost_usd": Kind.MONEY, "cost": Kind.MONEY}


def _facts(row: Row, by: str) -> Facts:
    return {**dict(zip(COLUMNS, row, strict=True)), "cost": row[_COST], by: row[0]}


def _why_nothing(source: Source, emptied: filters.Emptied | None) -> str:
    if emptied:
        return f"nothing matches: {emptied.term} removed the last {emptied.removed:,}"
    return source.lacks.get("cost", "") or "no calls are recorded yet"
