"""Totals by hour, model and agent of a source that keeps none: made of its calls, as they come.

Calls are read by their order of appending: new ones upwards, older ones backwards in chunks until
all are known. Calls that are open are looked at again until they are over. Where an agent reports
more than its calls add up to, the rest stands as money without a call.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from . import times
from .cost_totals import (
    MOST_QUESTIONS,
    Question,
    Reading,
    Spent,
    Sum,
    Totals,
    micros_of,
    number,
)
from .rows import OPEN
from .source import Source

CHUNK = 20_000
"""Calls that are read in one tick until all are."""

AGENTS_CHUNK = 2_000
MOST_RECHECKED = 500
"""Open calls, and touched agents, that are looked at again in one tick; the others wait."""

_LAST = 2**63 - 1


class Call(NamedTuple):
    """One model call without its texts: a row of `costs/prompts_after` and its kin."""

    seq: int
    id: str
    run_id: str
    agent_id: str
    name: str | None
    model: str | None
    status: str
    tokens_in: int | None
    tokens_out: int | None
    cache_read: int | None
    cache_write: int | None
    cost_usd: float | None
    cost_source: str | None
    created_at: str | None
    completed_at: str | None


class AgentCost(NamedTuple):
    """What one agent reports itself: a row of `costs/agents_after` and `costs/agent`."""

    seq: int
    id: str
    run_id: str
    name: str
    status: str
    started_at: str | None
    ended_at: str | None
    cost_usd: float | None


@dataclass
class _AgentSum:
    calls: int = 0
    micros: int = 0
    beyond: int = 0


@dataclass
class Ledger:
    """What is known of one source's calls so far."""

    high: int = 0
    low: int = _LAST
    is_whole: bool = False
    reached: str = ""
    """The hour of the oldest call read."""
    agents_after: int = -(2**63)
    has_agents: bool = False
    hours: dict[tuple[str, str | None, str, str], Sum] = field(default_factory=dict)
    agents: dict[str, _AgentSum] = field(default_factory=dict)
    open: dict[int, Spent] = field(default_factory=dict)
    """Calls that are not over, by their number, the one to look at next first."""
    touched: dict[str, None] = field(default_factory=dict)
    """Agents whose own report has to be compared again."""
    questions: dict[Question, Totals] = field(default_factory=dict)

    def add(self, spent: Spent) -> None:
        """Takes a call that is over, or a correction, into every sum."""
        key = (spent.hour, spent.model, spent.agent_id, spent.run_id)
        at = self.hours.get(key)
        if at is None:
            at = self.hours[key] = Sum()
        at.add(spent)
        for totals in self.questions.values():
            totals.add(spent)

    def totals(self, question: Question) -> Totals:
        """The sums of a question; one that is new is summed from the hours."""
        totals = self.questions.pop(question, None)
        if totals is None:
            totals = question.totals()
            for (hour, model, agent_id, run_id), at in self.hours.items():
                totals.add(_spent(hour, model, agent_id, run_id, at))
        self.questions[question] = totals
        while len(self.questions) > MOST_QUESTIONS:
            del self.questions[next(iter(self.questions))]
        return totals


def read_calls_by_hour(
    source: Source, question: Question, now: float, chunk: int = CHUNK
) -> Reading:
    """The sums of a source without totals; a tick reads at most `chunk` calls."""
    ledger: Ledger = source.memo.setdefault("cost calls", Ledger())
    _step(source, ledger, now, chunk)
    moving = question.totals()
    for spent in ledger.open.values():
        moving.add(spent)
    is_whole = ledger.is_whole and ledger.has_agents
    reached = None if is_whole or _has_all_of(ledger, question) else ledger.reached
    return Reading(ledger.totals(question), moving, reached)


def _has_all_of(ledger: Ledger, question: Question) -> bool:
    """Whether every call of the question's hours is read; two hours are spared for long calls."""
    first = times.parse(f"{question.first}:00") if question.first else None
    return first is not None and "" < ledger.reached < times.hour(first - 7200)


def _step(source: Source, ledger: Ledger, now: float, chunk: int) -> None:
    if source.memo.get("cost calls at") == now:
        # Two questions of one tick see one moment.
        return
    source.memo["cost calls at"] = now
    if ledger.low == _LAST:
        ledger.high = _newest(source)
    else:
        new = source.all("costs/prompts_after", Call, after=ledger.high, limit=chunk)
        ledger.high = new[-1].seq if new else ledger.high
        _take(ledger, new)
    _recheck(source, ledger)
    if not ledger.is_whole:
        _back(source, ledger, chunk)
    elif not ledger.has_agents:
        _agents(source, ledger)
    if ledger.has_agents:
        _compare_touched(source, ledger)


def _newest(source: Source) -> int:
    newest = source.all("costs/prompts_before", Call, before=_LAST, limit=1)
    return newest[0].seq if newest else 0


def _back(source: Source, ledger: Ledger, chunk: int) -> None:
    before = min(ledger.low, ledger.high + 1)
    rows = source.all("costs/prompts_before", Call, before=before, limit=chunk)
    ledger.is_whole = len(rows) < chunk
    ledger.low = rows[-1].seq if rows else before
    _take(ledger, rows)
    hours = [hour for row in rows if (hour := _hour(row.created_at))]
    ledger.reached = min(hours, default=ledger.reached)


def _take(ledger: Ledger, rows: Iterable[Call]) -> None:
    for row in rows:
        spent = spent_on(row)
        agent = ledger.agents.setdefault(row.agent_id, _AgentSum())
        agent.calls += 1
        agent.micros += spent.micros
        if row.status in OPEN:
            ledger.open[row.seq] = spent
        else:
            ledger.add(spent)
        if ledger.has_agents:
            ledger.touched[row.agent_id] = None


def _recheck(source: Source, ledger: Ledger) -> None:
    """Looks again at the calls that were open; those that still are go to the end of the row."""
    for seq in list(islice(ledger.open, MOST_RECHECKED)):
        before = ledger.open.pop(seq)
        agent = ledger.agents[before.agent_id]
        agent.calls -= 1
        agent.micros -= before.micros
        row = source.one("costs/prompt_at", Call, seq=seq)
        if row is not None:
            _take(ledger, [row])


def _agents(source: Source, ledger: Ledger) -> None:
    after = ledger.agents_after
    rows = source.all("costs/agents_after", AgentCost, after=after, limit=AGENTS_CHUNK)
    for row in rows:
        _compare(ledger, row)
    ledger.has_agents = len(rows) < AGENTS_CHUNK
    ledger.agents_after = rows[-1].seq if rows else after


def _compare_touched(source: Source, ledger: Ledger) -> None:
    """Compares again: new agents, agents with new calls, and those still open."""
    for row in source.all(
        "costs/agents_after", AgentCost, after=ledger.agents_after, limit=MOST_RECHECKED
    ):
        ledger.agents_after = row.seq
        _compare(ledger, row)
    for agent_id in list(islice(ledger.touched, MOST_RECHECKED)):
        del ledger.touched[agent_id]
        found = source.one("costs/agent", AgentCost, agent_id=agent_id)
        if found is not None:
            _compare(ledger, found)


def _compare(ledger: Ledger, row: AgentCost) -> None:
    """Adds what an agent reports beyond its calls, or takes back what calls have made up since."""
    agent = ledger.agents.setdefault(row.id, _AgentSum())
    beyond = (micros_of(row.cost_usd) or 0) - agent.micros
    # Each call was rounded to a micro-dollar of its own.
    beyond = beyond if beyond > agent.calls else 0
    if beyond != agent.beyond:
        hour = _hour(row.ended_at or row.started_at)
        change = Sum(micros=beyond - agent.beyond)
        ledger.add(_spent(hour, None, row.id, row.run_id, change))
        agent.beyond = beyond
    if row.status in OPEN:
        ledger.touched[row.id] = None


def spent_on(row: Call) -> Spent:
    """One call as money and tokens, in the hour it began."""
    micros = micros_of(row.cost_usd)
    return Spent(
        _hour(row.created_at),
        None,
        row.run_id,
        row.agent_id,
        row.model,
        1,
        number(row.tokens_in),
        number(row.tokens_out),
        number(row.cache_read),
        number(row.cache_write),
        micros or 0,
        int(micros is not None and row.cost_source == "reported"),
        int(micros is None),
    )


def _spent(hour: str, model: str | None, agent_id: str, run_id: str, at: Sum) -> Spent:
    return Spent(
        hour,
        None,
        run_id,
        agent_id,
        model,
        at.calls,
        at.tokens_in,
        at.tokens_out,
        at.cache_read,
        at.cache_write,
        at.micros,
        at.reported,
        at.unpriced,
    )


def _hour(text: str | None) -> str:
    at = times.parse(text)
    return "" if at is None else times.hour(at)
