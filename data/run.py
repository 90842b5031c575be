"""One run as its screen asks for it: what is new since the last look, never everything again.

The reader says what it knows (`Known`), an answer brings the rest in pages: agents first, then the
newest spans, then older ones, until the run is whole. The texts of calls are not read here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from sys import intern
from typing import NamedTuple

from . import fleet, times
from .fleet import Status
from .rows import OPEN, Run
from .source import Source
from .span_detail import Detail, read_detail
from .span_list import Kind, Span
from .spans import AgentRow, RunRow
from .systems import System
from .text import clean

PAGE = 700
"""Rows of one relation that one look reads."""

FIRST_PAGE = 300
"""Fewer for the first paint."""

MOST_AGENTS = 2000
"""Agents that one look reads."""

MOST_SPANS = 100_000
"""Spans of one relation that are read; older ones are left out, and said to be."""

_NEWEST = 2**63 - 1
_NAMES: dict[Kind, str] = {"gate": "gates", "llm": "prompts", "tool": "tools"}


class Window(NamedTuple):
    """What is known of one relation: every row from `low` to `high`."""

    low: int = _NEWEST
    high: int = 0
    read: int = 0
    is_whole: bool = False
    """Whether nothing older is left to read."""


UNREAD = Window()


@dataclass(frozen=True)
class Known:
    """What a reader has of a run; the next look brings the rest."""

    run_id: str = ""
    origin: object = None
    """The opening of the file it was read from; another one starts again."""
    agents: Window = UNREAD
    gates: Window = UNREAD
    prompts: Window = UNREAD
    tools: Window = UNREAD
    expected: int = 0
    """How many spans there were when it was first asked; 0 while nobody counted."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing older is left to read."""
        return all(window.is_whole for window in (self.gates, self.prompts, self.tools))

    @property
    def count(self) -> int:
        """How many spans were read."""
        return self.gates.read + self.prompts.read + self.tools.read

    def window(self, kind: Kind) -> Window:
        """What is known of one kind of span."""
        return {"gate": self.gates, "llm": self.prompts, "tool": self.tools}[kind]


@dataclass(frozen=True)
class RunFacts:
    """What one look brings of a run; `SpanTree.take` puts it where it belongs."""

    run: RunRow | None
    """None: no run has this id."""
    known: Known
    since: Known | None = None
    """What was known when it was asked: an answer to an older question is not to be taken."""
    is_reset: bool = False
    """What was known before is of another run or another file: it is forgotten first."""
    agents: tuple[AgentRow, ...] = ()
    spans: tuple[Span, ...] = ()
    """New or changed, each once."""
    budget: float | None = None
    """What the run may cost, in USD."""
    detail: Detail | None = None
    is_more: bool = False
    """Whether another look would bring more."""
    is_cut: bool = False
    """Whether the run has older spans than are ever read."""
    judged: Status | None = None
    """What the console infers of an open run where no row says so: SILENT, LOOP?, LIMITED, lost."""
    has_costs: bool = True
    """False: the source records no costs at all."""
    lacks: tuple[str, ...] = ()
    """Why there can be no model calls or tool calls from this source."""


def read_run(
    source: Source,
    run_id: str,
    now: float,
    known: Known | None = None,
    rechecks: Sequence[tuple[str, int]] = (),
    selected: str = "",
) -> RunFacts:
    """What is new of a run since `known`, and the detail of the selected span.

    Without a `run_id` it is the latest run. `rechecks` are rows that were open, as `SpanTree`
    names them. Bounded: at most a page of each relation, whatever the size of the run.
    """
    origin = source.memo.setdefault("run", object())
    run = _read_head(source, run_id)
    if run is None:
        return RunFacts(None, Known(run_id, origin), known, is_reset=True, lacks=_lacks(source))
    asked = known
    is_reset = known is None or known.origin is not origin or known.run_id != run.id
    if known is None or is_reset:
        known, rechecks = Known(run.id, origin), ()
    elif not known.expected and not known.is_whole:
        known = replace(known, expected=_expected(source, run.id))
    again = list(_again(source, run.id, rechecks))
    agents, spans, known = _read_news(source, run.id, known, is_reset=is_reset)
    return RunFacts(
        run=run,
        known=known,
        since=asked,
        is_reset=is_reset,
        agents=(*(row for row in again if isinstance(row, AgentRow)), *agents),
        spans=(*(row for row in again if isinstance(row, Span)), *spans),
        budget=_budget(source, run.id),
        detail=read_detail(source, run.id, selected),
        is_more=_is_more(known, len(agents), spans),
        is_cut=any(known.window(kind).read >= MOST_SPANS for kind in _NAMES),
        judged=_judged(source, run, now),
        has_costs="cost" not in source.lacks,
        lacks=_lacks(source),
    )


# The run


_INFERRED = ("SILENT", "LOOP?", "LIMITED", "lost")


def _judged(source: Source, run: RunRow, now: float) -> Status | None:
    """The fleet's judgement of the run, so that both screens say the same."""
    if run.status not in OPEN:
        return None
    row = Run(
        run.seq,
        run.id,
        run.title,
        run.kind,
        run.status,
        None,
        run.project,
        None,
        None,
        None,
        None,
    )
    status = fleet.read_run(source, row, now).status
    return status if status.state in _INFERRED else None


class _RunRow(NamedTuple):
    seq: int
    id: str
    title: str
    kind: str
    status: str
    project: str | None
    started_at: str | None
    ended_at: str | None
    error: str | None


def _read_head(source: Source, run_id: str) -> RunRow | None:
    name = "run/run" if run_id else "run/latest"
    row = source.one(name, _RunRow, **({"run_id": run_id} if run_id else {}))
    if row is None:
        return None
    return RunRow(
        row.seq,
        row.id,
        clean(row.title, 120) or clean(row.id, 120),
        clean(row.kind, 40),
        row.status,
        clean(row.project, 80),
        _start(row.started_at),
        times.parse(row.ended_at),
        clean(row.error, 300),
    )


def _budget(source: Source, run_id: str) -> float | None:
    rows = source.raw("run/budget", run_id=run_id)
    limit = rows[0][0] if rows else None
    return float(limit) if isinstance(limit, int | float) else None


def _lacks(source: Source) -> tuple[str, ...]:
    reasons = (source.lacks.get(relation) for relation in ("prompt", "tool_call"))
    return tuple(reason for reason in reasons if reason)


def _expected(source: Source, run_id: str) -> int:
    names = [f"run/{query}_count" for query in _NAMES.values()]
    counts = (source.raw(name, run_id=run_id, limit=MOST_SPANS) for name in names)
    return sum(int(rows[0][0]) for rows in counts)


# Pages


def _read_news(
    source: Source, run_id: str, known: Known, *, is_reset: bool
) -> tuple[list[AgentRow], list[Span], Known]:
    after = known.agents.high
    if source.system.name != "vedette" and known.agents.is_whole:
        # Other systems' agents are made of several tables, and no sequence spans them.
        after = 0
    found = source.all("run/agents_after", _AgentRow, run_id=run_id, after=after, limit=MOST_AGENTS)
    agents = [_agent(row) for row in found]
    known = replace(known, agents=_agents_known(known.agents, agents))
    if len(agents) == MOST_AGENTS:
        # Spans wait for their agents, or they would look like orphans.
        return agents, [], known
    limit = FIRST_PAGE if is_reset else PAGE
    spans: list[Span] = []
    windows: dict[Kind, Window] = {}
    for kind in _NAMES:
        rows, windows[kind] = _read_kind(source, run_id, kind, known.window(kind), limit)
        spans += rows
    known = replace(known, gates=windows["gate"], prompts=windows["llm"], tools=windows["tool"])
    return agents, spans, known


def _agents_known(window: Window, found: Sequence[AgentRow]) -> Window:
    """`is_whole`: all of them fit in one look, and every look may read them all again."""
    fits = len(found) < MOST_AGENTS and (window.is_whole or not window.high)
    return window._replace(high=max([window.high, *(agent.seq for agent in found)]), is_whole=fits)


def _agents_after(source: Source, run_id: str, high: int) -> "list[_AgentRow]":
    """The agents appended since the last look; all of them where their tables' numbers differ."""
    name = "run/agents_after"
    if source.system.name == "syris":
        # What is appended to one of several sequences may stand below the highest of another.
        found = source.all(name, _AgentRow, run_id=run_id, after=0, limit=MOST_AGENTS)
        if len(found) < MOST_AGENTS:
            return found
    return source.all(name, _AgentRow, run_id=run_id, after=high, limit=MOST_AGENTS)


def _read_kind(
    source: Source, run_id: str, kind: Kind, window: Window, limit: int
) -> tuple[list[Span], Window]:
    """What was appended, and a page of what is older."""
    name = _NAMES[kind]
    newer: list[Span] = []
    if window.read or window.is_whole:
        rows = source.all(
            f"run/{name}_after", _SpanRow, run_id=run_id, after=window.high, limit=limit
        )
        newer = [_span(kind, row, source.system) for row in rows]
    older: list[Span] = []
    if not window.is_whole:
        rows = source.all(
            f"run/{name}_before", _SpanRow, run_id=run_id, before=window.low, limit=limit
        )
        older = [_span(kind, row, source.system) for row in rows]
    spans = [*newer, *older]
    count = window.read + len(spans)
    seqs = [span.seq for span in spans]
    return spans, Window(
        min([window.low, *seqs]),
        max([window.high, *seqs]),
        count,
        window.is_whole or len(older) < limit or count >= MOST_SPANS,
    )


def _is_more(known: Known, agents: int, spans: Sequence[Span]) -> bool:
    return agents == MOST_AGENTS or not known.is_whole or len(spans) >= PAGE


def _again(
    source: Source, run_id: str, rechecks: Sequence[tuple[str, int]]
) -> Iterator[AgentRow | Span]:
    """The rows that were open, as they are now."""
    for word, seq in rechecks:
        if word == "agent":
            for agent in source.all("run/agents_at", _AgentRow, run_id=run_id, seq=seq):
                yield _agent(agent)
        else:
            for kind in _NAMES:
                if kind == word:
                    yield from _span_at(source, run_id, kind, seq)


def _span_at(source: Source, run_id: str, kind: Kind, seq: int) -> list[Span]:
    rows = source.all(f"run/{_NAMES[kind]}_at", _SpanRow, run_id=run_id, seq=seq)
    return [_span(kind, row, source.system) for row in rows]


class _AgentRow(NamedTuple):
    seq: int
    id: str
    parent_id: str | None
    name: str
    model: str | None
    status: str
    started_at: str | None
    ended_at: str | None
    cost_usd: float | None
    context_used: float | None
    error: str | None


def _agent(row: _AgentRow) -> AgentRow:
    return AgentRow(
        row.seq,
        row.id,
        row.parent_id,
        clean(row.name, 80) or clean(row.id, 80),
        clean(row.model, 60),
        row.status,
        _start(row.started_at),
        times.parse(row.ended_at),
        row.cost_usd,
        row.context_used,
        clean(row.error, 300),
    )


class _SpanRow(NamedTuple):
    """A prompt, a tool call or an approval in the columns they share."""

    seq: int
    id: str
    agent_id: str | None
    name: str | None
    status: str
    started_at: str | None
    ended_at: str | None
    latency_ms: float | None
    cost_usd: float | None
    note: str | None
    expires_at: str | None


def _span(kind: Kind, row: _SpanRow, system: System) -> Span:
    start = _start(row.started_at)
    # Names repeat a hundred thousand times in a large run: each is kept once.
    return Span(
        start,
        row.seq if type(row.seq) is int else 0,
        kind,
        row.id,
        intern(row.agent_id) if row.agent_id is not None else None,
        intern(clean(row.name, 120) or kind),
        intern(row.status),
        _end(row, start),
        row.cost_usd,
        clean(row.note, 300),
        # Where the system lets no gate expire, one past its time waits on.
        times.parse(row.expires_at) if system.expires_gates else None,
    )


def _start(text: str | None) -> float:
    start = times.parse(text)
    return inf if start is None else start


def _end(row: _SpanRow, start: float) -> float | None:
    """When a row ended; one that says it is over but not when took its latency, or no time."""
    end = times.parse(row.ended_at)
    if end is not None:
        return end
    if row.status in OPEN:
        return None
    if row.status in ("expired", "withdrawn"):
        return times.parse(row.expires_at) or start
    took = row.latency_ms / 1000 if row.latency_ms is not None else 0.0
    return start + took if took == took else start
