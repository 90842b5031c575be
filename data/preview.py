"""What stands beside the fleet: the selected agent's gate, its last calls, its budget and pace."""

from typing import NamedTuple

from . import times
from .fleet import PromptSeen
from .rows import Approval, Budget
from .source import Source
from .text import clean

TAIL = 12
"""Calls shown of the agent, newest last."""

MINUTES = 20
"""How far back the tokens per minute go."""

_PROMPTS_FOR_PACE = 60


class TailLine(NamedTuple):
    """One call of the agent: a model's answer or a tool."""

    at: float
    kind: str
    """llm or tool."""
    name: str
    status: str
    cost_usd: float | None
    seconds: float | None
    error: str


class Spent(NamedTuple):
    """A budget and what is used of it, in USD."""

    limit: float
    used: float


class GateInView(NamedTuple):
    """The agent's open gate, as far as a preview shows it."""

    id: str
    title: str
    why: str
    risk: str
    payload: str
    asked: float | None
    expires: float | None


class PreviewFacts(NamedTuple):
    """The facts of the preview pane for one agent."""

    agent_id: str
    gate: GateInView | None
    tail: tuple[TailLine, ...]
    turns: int
    """Model calls among those read; a floor when `turns_cut`."""
    turns_cut: bool
    last_prompt: PromptSeen | None
    tokens_per_minute: tuple[int, ...]
    """The last MINUTES minutes, oldest first."""
    budget: Spent | None


class _Call(NamedTuple):
    id: str
    name: str
    input: str | None
    status: str
    created_at: str | None
    completed_at: str | None
    error: str | None


def read_preview(source: Source, agent_id: str, run_id: str, now: float) -> PreviewFacts:
    """The newest of one agent; each statement is served by an index and bounded."""
    prompts = source.all(
        "fleet/last_prompts", PromptSeen, agent_id=agent_id, limit=_PROMPTS_FOR_PACE
    )
    calls = source.all("fleet/last_calls", _Call, agent_id=agent_id, limit=TAIL)
    gate = source.one("fleet/pending_of_agent", Approval, agent_id=agent_id)
    return PreviewFacts(
        agent_id=agent_id,
        gate=_in_view(gate) if gate is not None else None,
        tail=_tail(prompts, calls),
        turns=len(prompts),
        turns_cut=len(prompts) == _PROMPTS_FOR_PACE,
        last_prompt=prompts[0] if prompts else None,
        tokens_per_minute=_pace(prompts, now),
        budget=_budget(source, agent_id, run_id),
    )


def _in_view(gate: Approval) -> GateInView:
    return GateInView(
        gate.id,
        clean(gate.title, 200),
        clean(gate.why or "", 1000),
        gate.risk,
        gate.payload,
        times.parse(gate.requested_at),
        times.parse(gate.expires_at),
    )


def _tail(prompts: list[PromptSeen], calls: list[_Call]) -> tuple[TailLine, ...]:
    lines = [_line("llm", row.name or "answer", row, row.cost_usd) for row in prompts[:TAIL]] + [
        _line("tool", row.name, row, None) for row in calls
    ]
    return tuple(sorted(lines, key=lambda line: line.at)[-TAIL:])


def _line(kind: str, name: str, row: PromptSeen | _Call, cost_usd: float | None) -> TailLine:
    started, ended = times.parse(row.created_at), times.parse(row.completed_at)
    seconds = ended - started if started is not None and ended is not None else None
    error = clean(row.error or "", 80)
    return TailLine(started or 0.0, kind, clean(name, 60), row.status, cost_usd, seconds, error)


def _pace(prompts: list[PromptSeen], now: float) -> tuple[int, ...]:
    minutes = [0] * MINUTES
    for row in prompts:
        at = times.parse(row.completed_at or row.created_at)
        ago = int((now - at) // 60) if at is not None else MINUTES
        if 0 <= ago < MINUTES:
            minutes[MINUTES - 1 - ago] += int(row.tokens_out or 0)
    return tuple(minutes)


def _budget(source: Source, agent_id: str, run_id: str) -> Spent | None:
    """The agent's own budget, else its run's."""
    limits = {(row.scope, row.key): row.limit_usd for row in source.all("fleet/budgets", Budget)}
    for scope, key in (("agent", agent_id), ("run", run_id)):
        limit = limits.get((scope, key))
        if limit:
            return Spent(limit, _used(source, scope, agent_id, run_id))
    return None


def _used(source: Source, scope: str, agent_id: str, run_id: str) -> float:
    from .rows import Usage

    rows = source.all("fleet/usage", Usage, run_id=run_id)
    wanted = [row for row in rows if scope == "run" or row.agent_id == agent_id]
    return sum(row.cost_usd or 0.0 for row in wanted)
