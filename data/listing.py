"""The rows of one relation as a command prints them: newest first, filtered, with derived columns.

`seq` is the order of appending, so the newest rows are those with the highest, and a page goes on
where the one before ended. A filter is tried page by page until enough rows are found.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import fsum
from typing import Any, NamedTuple

from . import filters, times
from .filters import Facts, Filter, Kind
from .rows import NAN, RELATIONS, Cost
from .source import Source

PAGE = 500
"""Rows of one short read transaction while a filter is tried."""

_EXPLAINED = 2000
"""Rows kept to explain why a filter found nothing."""

_LAST = 2**63 - 1


class Listing(NamedTuple):
    """The rows of one relation, each a tuple in the order of `columns`."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    truncated: bool
    """Older rows were left out."""
    note: str = ""
    """Why there is nothing to see, where there is nothing."""


class _Derived(NamedTuple):
    """Columns a command adds to a relation's own."""

    columns: dict[str, Kind]
    of: Callable[[Source, Any], tuple[Any, ...]]


RELATION_OF = {
    "runs": "run",
    "agents": "agent",
    "prompts": "prompt",
    "tools": "tool_call",
    "events": "event",
    "audit": "audit",
    "alarms": "alarm",
    "approvals": "approval",
    "tasks": "task",
    "schedules": "schedule",
    "watchers": "watcher",
    "rules": "rule",
    "health": "health",
    "checks": "check",
    "routes": "route",
}
"""The relation behind each name a person types, which is also its statement's."""


def read_listing(
    source: Source, name: str, now: float, *, limit: int, filter_text: str = ""
) -> Listing:
    """The newest `limit` rows of the relation called `name` that pass the filter, newest first.

    Raises UsageError for a filter that makes no sense.
    """
    fields = fields_of(name)
    chosen = filters.parse(filter_text, fields)
    derived = _DERIVED.get(name)
    columns = (*RELATIONS[RELATION_OF[name]]._fields, *(derived.columns if derived else ()))
    facts_of = _Facts(source, name, columns, now)
    found: list[tuple[Any, ...]] = []
    looked_at: list[Facts] = []
    for page in _pages(source, name, PAGE if chosen else limit + 2):
        for row in page:
            if chosen:
                facts = facts_of(row)
                if len(looked_at) < _EXPLAINED:
                    looked_at.append(facts)
                if not chosen.matches(facts):
                    continue
            found.append(row)
        if len(found) > limit:
            break
    note = "" if found else _why_nothing(source, name, chosen, looked_at)
    return Listing(columns, found[:limit], len(found) > limit, note)


def fields_of(name: str) -> dict[str, Kind]:
    """What the rows called `name` can be filtered by: their columns and a few short words."""
    row_type = RELATIONS[RELATION_OF[name]]
    fields = {
        column: _kind(column, annotation) for column, annotation in row_type.__annotations__.items()
    }
    if derived := _DERIVED.get(name):
        fields.update(derived.columns)
    for short, column in _SHORT.items():
        if column in fields:
            fields.setdefault(short, fields[column])
    if name in _OWN:
        fields[_OWN[name][0]] = Kind.TEXT
    if "latency_ms" in fields:
        fields["latency"] = Kind.DURATION
    if any(column in fields for column in _BEGINNINGS):
        fields["age"] = Kind.DURATION
    return fields


def _pages(source: Source, name: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
    """The relation's rows with their derived columns, newest first, a page at a time."""
    row_type = RELATIONS[RELATION_OF[name]]
    derived = _DERIVED.get(name)
    before = _LAST
    while True:
        with source.reading():
            rows = source.all(f"listing/{name}", row_type, before=before, limit=size)
            is_last = len(rows) < size
            if not is_last:
                rows = _whole_ties(rows)
                before = rows[-1].seq
            if derived:
                rows = [(*row, *derived.of(source, row)) for row in rows]
        yield rows
        if is_last:
            return


def _whole_ties(rows: list[Any]) -> list[Any]:
    """The rows without those of the last number: a view of two tables may have it once more."""
    last = rows[-1].seq
    kept = [row for row in rows if row.seq != last]
    return kept or rows


class _Facts:
    """Turns rows into what a filter sees; names behind ids are looked up once."""

    def __init__(self, source: Source, name: str, columns: Sequence[str], now: float) -> None:
        self._source = source
        self._columns = columns
        self._own = _OWN.get(name)
        self._now = now
        self._names: dict[tuple[str, str], tuple[str, ...]] = {}

    def __call__(self, row: tuple[Any, ...]) -> Facts:
        facts: dict[str, object] = dict(zip(self._columns, row, strict=True))
        for short, column in _SHORT.items():
            if column in facts:
                facts.setdefault(short, self._with_name(column, facts[column]))
        if self._own:
            short, own = self._own
            facts[short] = tuple(facts[column] for column in own)
        began = next((facts[column] for column in _BEGINNINGS if facts.get(column)), None)
        at = times.parse(began) if isinstance(began, str) else None
        facts["age"] = None if at is None else self._now - at
        if isinstance(latency := facts.get("latency_ms"), (int, float)):
            facts["latency"] = latency / 1000
        return facts

    def _with_name(self, column: str, value: object) -> object:
        """The value; behind an id also the name a person knows."""
        if column not in _NAMES or not isinstance(value, str):
            return value
        if (column, value) not in self._names:
            rows = self._source.raw(_NAMES[column], **{column: value})
            self._names[column, value] = (value, *(str(name) for (name,) in rows[:1]))
        return self._names[column, value]


_BEGINNINGS = (
    "started_at",
    "created_at",
    "requested_at",
    "opened_at",
    "recorded_at",
    "updated_at",
)

_SHORT = {
    "state": "status",
    "run": "run_id",
    "agent": "agent_id",
    "cost": "cost_usd",
    "ctx": "context_used",
    "in": "tokens_in",
    "out": "tokens_out",
}
"""Short words of the filter grammar, and the column each stands for."""

_OWN = {
    "runs": ("run", ("id", "title")),
    "agents": ("agent", ("id", "name")),
    "tools": ("tool", ("name",)),
}
"""The word for a row's own name, where its columns do not have it."""

_NAMES = {"run_id": "listing/run_title", "agent_id": "listing/agent_name"}
"""The statement that finds the name behind an id."""


def _kind(column: str, annotation: Any) -> Kind:
    if column.endswith("_at"):
        return Kind.TIME
    if column in _KINDS:
        return _KINDS[column]
    return Kind.NUMBER if annotation in (int, float, int | None, float | None) else Kind.TEXT


_KINDS = {
    "cost_usd": Kind.MONEY,
    "context_used": Kind.SHARE,
    "enabled": Kind.FLAG,
    "derived": Kind.FLAG,
}


def _why_nothing(source: Source, name: str, chosen: Filter, looked_at: list[Facts]) -> str:
    if not looked_at:
        return source.lacks.get(RELATION_OF[name], "") or f"no {name} are recorded here yet"
    emptied = chosen.explain_empty(looked_at)
    if emptied is None:
        return "nothing matches the filter"
    return f"nothing matches: {emptied.term} removed the last {emptied.removed:,}"


def _run_totals(source: Source, run: Any) -> tuple[Any, ...]:
    costs = source.raw("listing/agent_costs", run_id=run.id)
    used = source.raw("listing/run_usage", run_id=run.id)[0]
    tokens_in, tokens_out, unpriced = (_number(value) for value in used)
    return len(costs), tokens_in, tokens_out, money(cost for (cost,) in costs), unpriced


def _agent_totals(source: Source, agent: Any) -> tuple[Any, ...]:
    used = source.raw("listing/agent_usage", agent_id=agent.id)
    tokens = used[0] if used else (0, 0)
    return _depth(source, agent), *(_number(value) for value in tokens)


def _depth(source: Source, agent: Any) -> int:
    """How many agents stand above this one; a parent that is gone or is itself ends the way up."""
    above = {agent.id}
    parent = agent.parent_id
    depth = 0
    while parent is not None and parent not in above:
        rows = source.raw("listing/agent_parent", agent_id=parent)
        if not rows:
            break
        above.add(parent)
        depth += 1
        parent = rows[0][0]
    return depth


def _payload_hash(_source: Source, approval: Any) -> tuple[str]:
    # Only approvals need it, and it costs a command 5 ms.
    from hashlib import sha256

    return (sha256(approval.payload.encode("utf-8", "surrogatepass")).hexdigest(),)


_DERIVED = {
    "runs": _Derived(
        {
            "agents": Kind.NUMBER,
            "tokens_in": Kind.NUMBER,
            "tokens_out": Kind.NUMBER,
            "cost_usd": Kind.MONEY,
            "unpriced": Kind.NUMBER,
        },
        _run_totals,
    ),
    "agents": _Derived(
        {"depth": Kind.NUMBER, "tokens_in": Kind.NUMBER, "tokens_out": Kind.NUMBER}, _agent_totals
    ),
    "approvals": _Derived({"sha256": Kind.TEXT}, _payload_hash),
}


def _number(value: Any) -> Any:
    return 0 if value is None else value if type(value) in (int, float) else NAN


def money(costs: Any) -> float | None:
    """The sum to the micro-dollar; None where there are costs and every one is unknown."""
    listed = list(costs)
    known = [cost for cost in listed if type(cost) in (int, float)]
    return round(fsum(known), 6) if known or not listed else None


COST_COLUMNS: Mapping[str, Kind] = {
    "key": Kind.TEXT,
    "calls": Kind.NUMBER,
    "tokens_in": Kind.NUMBER,
    "tokens_out": Kind.NUMBER,
    "cache_read": Kind.NUMBER,
    "cache_write": Kind.NUMBER,
    "cost_usd": Kind.MONEY,
    "unpriced": Kind.NUMBER,
}

GROUPINGS = ("model", "agent", "run", "day", "project")


def read_costs(
    source: Source, by: str, *, since: float | None = None, limit: int, filter_text: str = ""
) -> Listing:
    """What was spent, grouped by model, agent, run, day (UTC) or project; days newest first, the
    others dearest first. `since` is epoch seconds; None: all that is recorded.
    """
    chosen = filters.parse(filter_text, {**COST_COLUMNS, "cost": Kind.MONEY, by: Kind.TEXT})
    groups: dict[str | None, list[Cost]] = {}
    for cost in _spent(source, since):
        groups.setdefault(_group_key(cost, by), []).append(cost)
    rows = [_cost_row(key, costs) for key, costs in groups.items()]
    if by == "day":
        rows.sort(key=lambda row: row[0] or "", reverse=True)
    else:
        rows.sort(key=_dearest)
    shown = [row for row in rows if chosen.matches(_cost_facts(row, by))]
    note = ""
    if not shown:
        emptied = chosen.explain_empty(_cost_facts(row, by) for row in rows)
        note = f"nothing matches: {emptied.term} removed the last" if emptied else ""
        note = note or source.lacks.get("cost", "") or "no calls are recorded here"
    return Listing(tuple(COST_COLUMNS), shown[:limit], len(shown) > limit, note)


def _spent(source: Source, since: float | None) -> list[Cost]:
    if since is None:
        return source.all("listing/costs", Cost)
    # The statement cuts by day, for the index; the hour is cut here, whatever its format.
    costs = source.all("listing/costs_since", Cost, day=times.text(since)[:10])
    return [cost for cost in costs if (_hour_ends(cost.hour) or since) > since]


def _hour_ends(hour: str | None) -> float | None:
    """When the hour of a total is over, or the moment of a single call."""
    if hour is None or len(hour) != 13:
        return times.parse(hour)
    began = times.parse(f"{hour}:00")
    return None if began is None else began + 3600


def _group_key(cost: Cost, by: str) -> str | None:
    if by == "day":
        return _day(cost.hour)
    key = {"model": cost.model, "agent": cost.agent_id, "run": cost.run_id}.get(by, cost.project)
    return key or None


def _day(hour: str | None) -> str | None:
    if hour is None or len(hour) == 13:
        return hour and hour[:10]
    at = times.parse(hour)
    return None if at is None else times.text(at)[:10]


def _cost_row(key: str | None, costs: list[Cost]) -> tuple[Any, ...]:
    totals = [
        sum(getattr(cost, column) for cost in costs)
        for column in ("calls", "tokens_in", "tokens_out", "cache_read", "cache_write")
    ]
    return key, *totals, money(cost.cost_usd for cost in costs), sum(c.unpriced for c in costs)


def _dearest(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row[6] is None, -(row[6] or 0), -row[1], row[0] or ""


def _cost_facts(row: tuple[Any, ...], by: str) -> Facts:
    return {**dict(zip(COST_COLUMNS, row, strict=True)), "cost": row[6], by: row[0]}
