"""How fast agents produce: tokens out by the minute, read again only when there is another call."""

from collections.abc import Iterable
from typing import NamedTuple

from . import times
from .fleet import RANK, FleetFacts, PromptSeen
from .source import Source

MINUTES = 10
"""How far back the pace of an agent goes."""

_CALLS = 40


class _Paced(NamedTuple):
    """The newest call that was counted, and the tokens out of each call by when it ended."""

    newest: PromptSeen | None
    spent: tuple[tuple[float, int], ...]


def read_pace(source: Source, fleet: FleetFacts, now: float) -> dict[str, tuple[int, ...]]:
    """Each open agent's tokens out in the last MINUTES minutes, oldest first, by its id."""
    known: dict[str, _Paced] = source.memo.get("pace", {})
    open_agents = [
        agent.id
        for run in fleet.runs
        for agent in run.agents
        if RANK.get(agent.status.state, 9) < RANK["done"]
    ]
    # What is over leaves with the old dictionary.
    paced = {agent_id: _paced(source, agent_id, known.get(agent_id)) for agent_id in open_agents}
    source.memo["pace"] = paced
    return {agent_id: by_minute(found.spent, MINUTES, now) for agent_id, found in paced.items()}


def _paced(source: Source, agent_id: str, known: _Paced | None) -> _Paced:
    newest = source.one("fleet/last_prompts", PromptSeen, agent_id=agent_id, limit=1)
    if known is not None and known.newest == newest:
        return known
    rows = source.all("fleet/last_prompts", PromptSeen, agent_id=agent_id, limit=_CALLS)
    return _Paced(newest, tuple(spent_by(rows)))


def spent_by(prompts: Iterable[PromptSeen]) -> list[tuple[float, int]]:
    """When each call ended, or began if it is open, and its tokens out."""
    ended = ((times.parse(row.completed_at or row.created_at), row) for row in prompts)
    return [(at, row.tokens_out or 0) for at, row in ended if at is not None]


def by_minute(spent: Iterable[tuple[float, int]], minutes: int, now: float) -> tuple[int, ...]:
    """Amounts with their times (epoch seconds) summed by the minute back from now, oldest first."""
    sums = [0] * minutes
    for at, amount in spent:
        ago = (now - at) // 60
        if 0 <= ago < minutes:
            sums[minutes - 1 - int(ago)] += amount
    return tuple(sums)
