"""The rows of one relation as a command prints them: newest first, filtered, with derived columns.

`seq` is the order of appending, so the newest rows are those with the highest, and a page goes on
where the one before ended. A filter is tried page by page until enough rows are found.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from math import fsum
from typing import TYPE_CHECKING, Any, NamedTuple

from .rows import NAN, RELATIONS
from .source import Source

if TYPE_CHECKING:
    from .searching import Search

PAGE = 500
"""Rows of one short read transaction while a filter is tried."""

_LAST = 2**63 - 1

Row = tuple[Any, ...]


class Listing(NamedTuple):
    """The rows of one relation, each a tuple in the order of `columns`."""

    columns: tuple[str, ...]
    rows: list[Row]
    truncated: bool
    """Older rows were left out."""
    note: str = ""
    """Why there is nothing to see, where there is nothing."""
    costless: str = ""
    """Why no row has a cost, where the source records none."""


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

DERIVED = {
    "runs": ("agents", "tokens_in", "tokens_out", "cost_usd", "unpriced"),
    "agents": ("depth", "tokens_in", "tokens_out"),
    "approvals": ("sha256",),
}
"""Columns a command adds to a relation's own."""


def columns_of(name: str) -> tuple[str, ...]:
    """The columns of the rows called `name`: the relation's, then the derived ones."""
    fields: tuple[str, ...] = RELATIONS[RELATION_OF[name]]._fields
    return fields + DERIVED.get(name, ())


def read_listing(
    source: Source,
    name: str,
    now: float,
    *,
    limit: int,
    filter_text: str = "",
    before_them: Sequence[Row] = (),
) -> Listing:
    """The newest `limit` rows of the relation called `name` that pass the filter, newest first.

    `before_them` are rows that no table holds, and that come first. Raises UsageError for a filter
    that makes no sense.
    """
    search = _search(source, name, now, filter_text) if filter_text.strip() else None
    found: list[Row] = []
    pages = _pages(source, name, PAGE if search else limit + 2)
    for page in chain([before_them], pages):
        found += filter(search.matches, page) if search else page
        if len(found) > limit:
            break
    note = "" if found else _why_nothing(source, name, search)
    columns = columns_of(name)
    costless = source.lacks.get("cost", "") if "cost_usd" in columns else ""
    return Listing(columns, found[:limit], len(found) > limit, note, costless)


def _search(source: Source, name: str, now: float, filter_text: str) -> "Search":
    # Only with a filter: the grammar costs a command 9 ms.
    from .searching import Search

    return Search(source, name, filter_text, now)


def _pages(source: Source, name: str, size: int) -> Iterator[list[Row]]:
    """The relation's rows with their derived columns, newest first, a page at a time."""
    row_type = RELATIONS[RELATION_OF[name]]
    derive = _DERIVE.get(name)
    before = _LAST
    while True:
        with source.reading():
            rows: list[Any] = source.all(f"listing/{name}", row_type, before=before, limit=size)
            is_last = len(rows) < size
            if not is_last:
                rows = _whole_ties(rows)
                before = rows[-1].seq
            if derive:
                rows = [(*row, *derive(source, row)) for row in rows]
        yield rows
        if is_last:
            return


def _whole_ties(rows: list[Any]) -> list[Any]:
    """The rows without those of the last number: a view of two tables may have it once more."""
    last = rows[-1].seq
    kept = [row for row in rows if row.seq != last]
    return kept or rows


def _why_nothing(source: Source, name: str, search: "Search | None") -> str:
    explained = search.explain() if search else ""
    return explained or source.lacks.get(RELATION_OF[name], "") or f"no {name} are recorded yet"


def _run_totals(source: Source, run: Any) -> Row:
    costs = source.raw("listing/agent_costs", run_id=run.id)
    # What nobody counted is unknown, not 0.
    cost = None if "cost" in source.lacks else money(cost for (cost,) in costs)
    if "usage" in source.lacks:
        return len(costs), None, None, cost, None
    used = source.raw("listing/run_usage", run_id=run.id)[0]
    tokens_in, tokens_out, unpriced = map(_number, used)
    return len(costs), tokens_in, tokens_out, cost, unpriced


def _agent_totals(source: Source, agent: Any) -> Row:
    if "usage" in source.lacks:
        return _depth(source, agent), None, None
    used = source.raw("listing/agent_usage", agent_id=agent.id)
    return _depth(source, agent), *map(_number, used[0] if used else (0, 0))


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


def _payload_hash(_source: Source, approval: Any) -> Row:
    # Only approvals need it, and it costs a command 5 ms.
    from hashlib import sha256

    return (sha256(approval.payload.encode("utf-8", "surrogatepass")).hexdigest(),)


_DERIVE: dict[str, Callable[[Source, Any], Row]] = {
    "runs": _run_totals,
    "agents": _agent_totals,
    "approvals": _payload_hash,
}


def _number(value: Any) -> float | int:
    return 0 if value is None else value if type(value) in (int, float) else NAN


def money(costs: Iterable[Any]) -> float | None:
    """The sum to the micro-dollar; None where there are costs and every one is unknown."""
    listed = list(costs)
    known = [cost for cost in listed if type(cost) in (int, float)]
    return round(fsum(known), 6) if known or not listed else None
