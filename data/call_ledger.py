"""Totals by hour, model and agent of a source that keeps none: made of its calls, as they come.

Calls are read by their order of appending: new ones upwards, older ones backwards in chunks until
all are known. Calls that are open are looked at again until they are over. Where an agent reports
more than its calls add up to, the rest stands as money without a call.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import nlargest
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

CHUNK = 500
"""Calls that are read in one tick until all are."""

FEW = 250
"""Calls that are read in one tick where only today's are shown: they are the newest."""

AGENTS_CHUNK = 500
NEWEST_RECHECKED, OTHERS_RECHECKED = 40, 10
"""Open calls that are looked at again in one tick: the newest ones, and the next of the others.

A source may leave thousands open for ever."""

AGENTS_RECHECKED, OPEN_AGENTS_RECHECKED = 20, 2
"""Agents whose own report is compared again in one tick: with new calls, and merely open."""

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

    compares: bool = True
    """Whether agents may report more than their calls add up to."""
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
    """Agents with new calls: their own report has to be compared again."""
    open_agents: dict[str, None] = field(default_factory=dict)
    questions: dict[Question, Totals] = field(default_factory=dict)
    _texts: dict[str | None, str | None] = field(default_factory=dict)

    def add(self, spent: Spent) -> None:
        """Takes a call that is over, or a correction, into every sum."""
        key = (spent.hour, spent.model, spent.agent_id, spent.run_id)
        at = self.hours.get(key)
        if at is None:
            # One copy of each text: they are most of what is kept.
            hour, model, agent_id, run_id = (self._texts.setdefault(text, text) for text in key)
            at = self.hours[hour or "", model, agent_id or "", run_id or ""] = Sum()
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
    """The sums of a source without totals; the first to ask in a tick has `chunk` calls read."""
    compares = source.system.agents_report_costs
    ledger: Ledger = source.memo.setdefault("cost calls", Ledger(compares, has_agents=not compares))
    _step(source, ledger, now, chunk)
    is_whole = ledger.is_whole and ledger.has_agents
    reached = None if is_whole or _has_all_of(ledger, question) else ledger.reached
    return Reading(ledger.totals(question), question.totals(), reached)


def _has_all_of(ledger: Ledger, question: Question) -> bool:
    """Whether every call of the question's hours is read; two hours are spared for long calls."""
    first = times.parse(f"{question.first}:00") if question.first else None
    return first is not None and "" < ledger.reached < times.hour(first - 7200)


def _step(source: Source, ledger: Ledger, now: float, chunk: int) -> None:
    if source.memo.get("cost calls at") == now:
        # Two questions of one tick see one moment.
        return
    source.memo["cost calls at"] = now
    if {"prompt", "cost"} <= source.lacks.keys():
        # Nothing costs anything there.
        ledger.is_whole = ledger.has_agents = True
        return
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
        _agents(source, ledger, min(chunk, AGENTS_CHUNK))
    if ledger.compares and ledger.has_agents:
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
    ledger.reached = (_hour(rows[-1].created_at) if rows else "") or ledger.reached


def _take(ledger: Ledger, rows: Iterable[Call]) -> None:
    for row in rows:
        spent = spent_on(row)
        agent = ledger.agents.setdefault(row.agent_id, _AgentSum())
        agent.calls += 1
        agent.micros += spent.micros
        ledger.add(spent)
        if row.status in OPEN:
            ledger.open[row.seq] = spent
        if ledger.compares and ledger.has_agents:
            ledger.touched[row.agent_id] = None


def _recheck(source: Source, ledger: Ledger) -> None:
    """Looks again at calls that were open; those that still are go to the end of the row."""
    due = dict.fromkeys(nlargest(NEWEST_RECHECKED, ledger.open))
    due |= dict.fromkeys(islice(ledger.open, OTHERS_RECHECKED))
    for seq in due:
        before = ledger.open.pop(seq)
        row = source.one("costs/prompt_at", Call, seq=seq)
        if row is not None and row.status in OPEN and spent_on(row) == before:
            ledger.open[seq] = before
            continue
        _take_back(ledger, before)
        if row is not None:
            _take(ledger, [row])


def _take_back(ledger: Ledger, spent: Spent) -> None:
    agent = ledger.agents[spent.agent_id]
    agent.calls -= 1
    agent.micros -= spent.micros
    kept, summed = spent[:5], spent[5:]
    ledger.add(Spent(*kept, *(-number for number in summed)))


def _agents(source: Source, ledger: Ledger, chunk: int) -> None:
    after = ledger.agents_after
    rows = source.all("costs/agents_after", AgentCost, after=after, limit=chunk)
    for row in rows:
        _compare(ledger, row)
    ledger.has_agents = len(rows) < chunk
    ledger.agents_after = rows[-1].seq if rows else after


def _compare_touched(source: Source, ledger: Ledger) -> None:
    """Compares again: new agents, agents with new calls, and those still open."""
    after = ledger.agents_after
    for row in source.all("costs/agents_after", AgentCost, after=after, limit=AGENTS_RECHECKED):
        ledger.agents_after = row.seq
        _compare(ledger, row)
    due = [*islice(ledger.touched, AGENTS_RECHECKED)]
    due += islice(ledger.open_agents, OPEN_AGENTS_RECHECKED)
    for agent_id in due:
        ledger.touched.pop(agent_id, None)
        ledger.open_agents.pop(agent_id, None)
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
        ledger.open_agents[row.id] = None


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
    # Without a zone the hour stands in the text; to read a time takes ten times as long.
    if text and text[10:11] in ("T", " ") and text[13:14] == ":" and not _has_zone(text):
        return f"{text[:10]}T{text[11:13]}"
    at = times.parse(text)
    return "" if at is None else times.hour(at)


def _has_zone(text: str) -> bool:
    return "+" in text or "-" in text[10:] or not text[:4].isdigit()
