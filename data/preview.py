"""What stands beside the fleet: the selected agent's gate, its last calls, its budget and pace."""

import re
from typing import NamedTuple

from . import times
from .fleet import PromptSeen
from .pace import by_minute, spent_by
from .rows import Approval, Budget
from .source import Source
from .text import clean

FILES = 6
"""Parts of a gate's payload that a preview names."""

_PAYLOAD_MOST = 200_000
"""Characters of a payload that a preview takes apart; a larger one is the review's."""

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
    target: str = ""
    """What a tool call is about: a path, a command, an address."""


class Change(NamedTuple):
    """One part of a gate's payload: a file with its lines, or something that has none."""

    name: str
    added: int
    removed: int


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
    files: tuple[Change, ...]
    more_files: int
    asked: float | None
    expires: float | None
    is_late: bool = False
    """Its time is over, and it can be answered all the same: it is overdue."""


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
    calls = source.all("fleet/last_calls", _Call, agent_id=agent_id, run_id=run_id, limit=TAIL)
    gate = source.one("fleet/pending_of_agent", Approval, agent_id=agent_id)
    return PreviewFacts(
        agent_id=agent_id,
        gate=_in_view(source, gate, now) if gate is not None else None,
        tail=_tail(prompts, calls),
        turns=len(prompts),
        turns_cut=len(prompts) == _PROMPTS_FOR_PACE,
        last_prompt=prompts[0] if prompts else None,
        tokens_per_minute=by_minute(spent_by(prompts), MINUTES, now),
        budget=_budget(source, agent_id, run_id),
    )


def _in_view(source: Source, gate: Approval, now: float) -> GateInView:
    expires = times.parse(gate.expires_at)
    is_over = expires is not None and expires <= now
    files = _files(source, gate)
    return GateInView(
        gate.id,
        clean(gate.title, 200),
        clean(gate.why or "", 1000),
        gate.risk,
        files[:FILES],
        max(0, len(files) - FILES),
        times.parse(gate.requested_at),
        expires,
        is_over and not source.system.expires_gates,
    )


def _files(source: Source, gate: Approval) -> tuple[Change, ...]:
    """The files a gate changes; taken apart once for each payload."""
    known: tuple[str, str, tuple[Change, ...]] | None = source.memo.get("preview files")
    if known is not None and known[:2] == (gate.id, gate.payload):
        return known[2]
    files: tuple[Change, ...] = ()
    if len(gate.payload) <= _PAYLOAD_MOST:
        # Differs compare whole files: only a gate under the cursor needs them.
        from .payload import parse

        files = tuple(
            Change(clean(part.title, 200), part.added, part.removed)
            for part in parse(gate.payload).sections
            if part.kind == "file"
        )
    source.memo["preview files"] = (gate.id, gate.payload, files)
    return files


def _tail(prompts: list[PromptSeen], calls: list[_Call]) -> tuple[TailLine, ...]:
    lines = [_line("llm", row.name or "answer", row, row.cost_usd) for row in prompts[:TAIL]] + [
        _line("tool", row.name, row, None) for row in calls
    ]
    return tuple(sorted(lines, key=lambda line: line.at)[-TAIL:])


def _line(kind: str, name: str, row: PromptSeen | _Call, cost_usd: float | None) -> TailLine:
    started, ended = times.parse(row.created_at), times.parse(row.completed_at)
    seconds = ended - started if started is not None and ended is not None else None
    error = clean(row.error or "", 80)
    target = _target(row.input) if isinstance(row, _Call) else ""
    return TailLine(
        started or 0.0, kind, clean(name, 60), row.status, cost_usd, seconds, error, target
    )


_TARGET = re.compile(r'"(?:path|file_path|command|cmd|url|query|sql)"\s*:\s*"((?:[^"\\]|\\.)+)')


def _target(given: str | None) -> str:
    """What a call's input, of which only the start is read, names as its object."""
    found = _TARGET.search(given or "")
    return clean(found[1].replace("\\n", " ").replace("\\", ""), 120) if found else ""


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
