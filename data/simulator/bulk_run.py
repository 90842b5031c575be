"""The rows of one run of the bulk: agents, prompts, calls, costs, a gate, a check."""

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any, NamedTuple

from .. import times
from ..recording.gates import ON_TIMEOUT
from ..recording.payloads import as_document
from . import errands, past
from .gates import Question
from .models import HAIKU, OPUS, SONNET, WINDOW, Use, micro_dollars
from .rows import Fields

AGENTS = 5
ASKS_EACH = 2
"""Every second run asks a person."""

_QUESTIONS = (past.GITHUB, past.README, past.PYPI, past.AUTH_PAGE, past.HOOK)


class Run(NamedTuple):
    """One run: when it began, how long it took, how much it did."""

    number: int
    id: str
    began: float
    seconds: float
    prompts: int
    calls: int

    @property
    def agents(self) -> list[str]:
        """Ids of its agents."""
        return [f"a-{self.id}{place}" for place in range(AGENTS)]

    @property
    def is_failed(self) -> bool:
        """Whether it went wrong."""
        return self.number % 25 == 7

    @property
    def errand(self) -> errands.Errand:
        """What it was about."""
        return errands.ALL[self.number % len(errands.ALL)]


def run_rows(random: Random, run: Run) -> dict[str, list[Fields]]:
    """Everything of a run but its events, by table."""
    prompts = list(_prompts(random, run))
    rows: dict[str, list[Fields]] = {
        "runs": [_run_row(run)],
        "agents": [_agent_row(run, place, prompts) for place in range(AGENTS)],
        "prompts": [*prompts],
        "tool_calls": list(_calls(random, run)),
        "cost_rollups": list(_rollups(prompts)),
        "checks": [_check(run)],
        "routing_decisions": [_route(run)],
    }
    if run.number % ASKS_EACH == 0:
        rows |= _gate_rows(run)
    if run.is_failed:
        rows["alarms"] = [_alarm(run)]
    return rows


def _ends(run: Run) -> str:
    return times.text(run.began + run.seconds)


def _run_row(run: Run) -> Fields:
    return {
        "id": run.id,
        "title": run.errand.name,
        "kind": run.errand.kind,
        "status": "failed" if run.is_failed else "completed",
        "project": run.errand.project,
        "started_at": times.text(run.began),
        "ended_at": _ends(run),
        "updated_at": _ends(run),
        "error": run.errand.trouble if run.is_failed else None,
    }


_MODELS = (SONNET, HAIKU, HAIKU, OPUS, SONNET)
_NAMES = ("lead", "reader", "tester", "planner", "writer")


def _agent_row(run: Run, place: int, prompts: list[dict[str, Any]]) -> Fields:
    agents = run.agents
    own = [prompt for prompt in prompts if prompt["agent_id"] == agents[place]]
    sums = {name: sum(prompt[name] for prompt in own) for name in _SUMMED}
    failed = run.is_failed and place == 0
    return {
        "id": agents[place],
        "run_id": run.id,
        "parent_id": agents[(place - 1) // 2] if place else None,
        "name": _NAMES[place],
        "kind": "agent",
        "model": _MODELS[place],
        "status": "failed" if failed else "completed",
        "started_at": times.text(run.began + place),
        "ended_at": _ends(run),
        "updated_at": _ends(run),
        "context_used": own[-1]["tokens_in"] / WINDOW if own else None,
        "error": run.errand.trouble if failed else None,
        "calls": len(own),
        "unpriced": 0,
        **sums,
    }


_SUMMED = ("tokens_in", "tokens_out", "cache_read", "cache_write", "cost_micros")


def _prompts(random: Random, run: Run) -> Iterator[dict[str, Any]]:
    moments = stamps(run.began, run.seconds, 2 * run.prompts)
    turns = run.errand.turns
    latency = round(run.seconds / run.prompts * 500)
    for number, (began, ended) in enumerate(zip(moments[::2], moments[1::2], strict=True)):
        # The agents of a run work one after the other.
        place = number * AGENTS // run.prompts
        tokens_in = random.randrange(8_000, 68_000)
        use = Use(tokens_in, random.randrange(90, 990), tokens_in // 2, tokens_in // 4)
        yield {
            "id": f"p-{run.id}{number:05x}",
            "run_id": run.id,
            "agent_id": f"a-{run.id}{place}",
            "kind": "chat",
            "name": turns[number % len(turns)].name,
            "model": _MODELS[place],
            "status": "completed",
            "request": run.errand.task,
            "response": turns[number % len(turns)].text,
            **use._asdict(),
            "cost_micros": micro_dollars(_MODELS[place], use),
            "cost_source": "reported",
            "latency_ms": latency,
            "created_at": began,
            "completed_at": ended,
            "updated_at": ended,
            "masked": 0,
        }


def _calls(random: Random, run: Run) -> Iterator[Fields]:
    moments = stamps(run.began, run.seconds, 2 * run.calls)
    turns = run.errand.turns
    latency = round(run.seconds / run.calls * 500)
    for number, (began, ended) in enumerate(zip(moments[::2], moments[1::2], strict=True)):
        failed = random.random() < 0.01
        yield {
            "id": f"t-{run.id}{number:05x}",
            "run_id": run.id,
            "agent_id": f"a-{run.id}{number * AGENTS // run.calls}",
            "name": turns[number % len(turns)].tool,
            "input": f'{{"number": {number}}}',
            "output": None if failed else turns[number % len(turns)].output,
            "status": "failed" if failed else "completed",
            "latency_ms": latency,
            "created_at": began,
            "completed_at": ended,
            "updated_at": ended,
            "error": "exit 1" if failed else None,
            "masked": 0,
        }


def _rollups(prompts: list[dict[str, Any]]) -> Iterator[Fields]:
    hours: dict[tuple[str, str, str], dict[str, Any]] = {}
    for prompt in prompts:
        key = (prompt["completed_at"][:13], prompt["model"], prompt["agent_id"])
        row = hours.setdefault(key, dict.fromkeys(("calls", "reported", "unpriced", *_SUMMED), 0))
        row["run_id"] = prompt["run_id"]
        row["calls"] += 1
        row["reported"] += 1
        for name in _SUMMED:
            row[name] += prompt[name]
    for (hour, model, agent_id), row in hours.items():
        yield {"hour": hour, "model": model, "agent_id": agent_id, **row}


def _check(run: Run) -> Fields:
    return {
        "id": f"k-{run.id}",
        "run_id": run.id,
        "kind": "tests",
        "status": "failed" if run.is_failed else "passed",
        "output": run.errand.trouble if run.is_failed else run.errand.turns[-1].output,
        "created_at": _ends(run),
    }


def _route(run: Run) -> Fields:
    return {
        "id": f"d-{run.id}",
        "run_id": run.id,
        "event": "schedule",
        "decision": f"start {run.errand.name}",
        "lane": "routine",
        "risk": "low",
        "created_at": times.text(run.began),
    }


def _alarm(run: Run) -> Fields:
    return {
        "id": f"l-{run.id}",
        "severity": "error",
        "status": "resolved",
        "kind": "failed",
        "title": f"run failed: {run.errand.name}",
        "message": run.errand.trouble,
        "dedupe_key": f"failed:{run.id}",
        "count": 1,
        "run_id": run.id,
        "opened_at": _ends(run),
        "updated_at": _ends(run),
        "resolved_at": _ends(run),
        "resolution": "started again by the schedule",
    }


def _gate_rows(run: Run) -> dict[str, list[Fields]]:
    asked, answered = (times.text(run.began + run.seconds * share) for share in (0.4, 0.45))
    terms = _terms(run.number // ASKS_EACH % len(_QUESTIONS))
    by = ("ana", "you")[run.number // ASKS_EACH % 2]
    outcome = "rejected" if run.number % 20 == 4 else "approved"
    gate = {"id": f"g-{run.id}", "run_id": run.id, "agent_id": f"a-{run.id}0"}
    gate |= {"status": outcome, "decided_by": by, "decided_at": answered, "requested_at": asked}
    gate |= {"picked_up_at": answered, "moved_on_at": answered, "updated_at": answered}
    title = terms["title"]
    steps = (
        ("gate.open", "info", f"{title}: asked", f"{run.errand.name}/lead", asked),
        (f"gate.{outcome}", "success", f"{outcome} by {by}: {title}", by, answered),
    )
    return {
        "approvals": [{**terms, **gate, "requested_by": f"{run.errand.name}/lead"}],
        "approval_signatures": [_signature(gate, terms)],
        "audit": [
            _audit(gate, terms["risk"], number, *step) for number, step in enumerate(steps, 1)
        ],
    }


@cache
def _terms(number: int) -> dict[str, Any]:
    question: Question = _QUESTIONS[number]
    return {
        "kind": "gate",
        "title": question.title,
        "why": question.why,
        "payload": as_document(question.payload),
        "payload_sha256": question.sha256,
        "risk": question.risk,
        "needed": 1,
        "on_timeout": ON_TIMEOUT,
    }


def _signature(gate: Fields, terms: Fields) -> Fields:
    return {
        "approval_id": gate["id"],
        "signer": gate["decided_by"],
        "outcome": gate["status"],
        "payload_sha256": terms["payload_sha256"],
        "shown_ms": 9_400,
        "signed_at": gate["decided_at"],
    }


def _audit(
    gate: Fields, risk: str, number: int, kind: str, outcome: str, summary: str, by: str, at: str
) -> Fields:
    return {
        "id": f"{gate['id']}-{number}",
        "trace_id": gate["run_id"],
        "stage": "gate",
        "type": kind,
        "outcome": outcome,
        "summary": summary,
        "actor": by,
        "risk": risk,
        "run_id": gate["run_id"],
        "agent_id": gate["agent_id"],
        "approval_id": gate["id"],
        "created_at": at,
    }


def stamps(began: float, seconds: float, count: int) -> list[str]:
    """`count` moments, evenly spread over the minutes, as they are stored."""
    minutes = max(1, int(seconds // 60))
    tails = _tails(-(-count // minutes))
    heads = [times.text(began + 60 * minute)[:17] for minute in range(minutes)]
    return [head + tail for head in heads for tail in tails][:count]


@cache
def _tails(count: int) -> list[str]:
    return [f"{60 * number // count:02d}.{_micros(number, count):06d}Z" for number in range(count)]


def _micros(number: int, count: int) -> int:
    return 60_000_000 * number // count % 1_000_000
