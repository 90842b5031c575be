"""The relations: one NamedTuple each, its fields the view's columns in the contract's order.

Every source system shows its tables through views of these names and columns (`sql/views/`).
Times are the source's own text (see `times.parse`), money is USD, latencies are milliseconds.
A number column that held something else is NaN, so that it can be shown as odd; see `coerce`.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

OPEN = ("pending", "running", "waiting", "paused")
"""Statuses of a run, agent, prompt, tool call or task that is not over."""

OVER = ("completed", "failed", "cancelled")


class Run(NamedTuple):
    """One run: a session, a workflow, a job."""

    seq: int
    id: str
    title: str
    kind: str
    status: str
    source_status: str | None
    project: str | None
    started_at: str | None
    ended_at: str | None
    updated_at: str | None
    error: str | None


class Agent(NamedTuple):
    """One agent of a run; `parent_id` makes the tree."""

    seq: int
    id: str
    run_id: str
    parent_id: str | None
    name: str
    kind: str
    model: str | None
    status: str
    source_status: str | None
    started_at: str | None
    ended_at: str | None
    updated_at: str | None
    cost_usd: float | None
    context_used: float | None
    """Share of the context window in use, 0 to 1."""
    error: str | None


class Prompt(NamedTuple):
    """One LLM call. `tokens_in` includes cache; `cache_read` and `cache_write` are parts of it."""

    seq: int
    id: str
    run_id: str
    agent_id: str
    kind: str
    name: str | None
    model: str | None
    status: str
    source_status: str | None
    request: str | None
    response: str | None
    tokens_in: int | None
    tokens_out: int | None
    cache_read: int | None
    cache_write: int | None
    cost_usd: float | None
    cost_source: str | None
    latency_ms: int | None
    created_at: str | None
    completed_at: str | None
    error: str | None


class ToolCall(NamedTuple):
    """One call of a tool."""

    seq: int
    id: str
    run_id: str
    agent_id: str
    prompt_id: str | None
    name: str
    input: str | None
    output: str | None
    status: str
    source_status: str | None
    risk: str | None
    latency_ms: int | None
    created_at: str | None
    completed_at: str | None
    error: str | None


class Event(NamedTuple):
    """One line of the log. `level` is debug, info, warn or error."""

    seq: int
    id: str
    run_id: str | None
    agent_id: str | None
    level: str
    kind: str
    message: str
    details: str | None
    created_at: str | None


class Audit(NamedTuple):
    """One line of the append-only trail."""

    seq: int
    id: str
    trace_id: str | None
    stage: str
    type: str
    outcome: str
    summary: str
    actor: str | None
    tool: str | None
    risk: str | None
    latency_ms: int | None
    run_id: str | None
    agent_id: str | None
    approval_id: str | None
    details: str | None
    created_at: str | None


class Alarm(NamedTuple):
    """One alarm; `derived` is 1 where the console infers it and no row says so."""

    seq: int
    id: str
    derived: int
    severity: str
    status: str
    kind: str
    title: str
    message: str | None
    dedupe_key: str | None
    count: int  # type: ignore[assignment]  # the contract's column hides tuple.count
    run_id: str | None
    agent_id: str | None
    opened_at: str | None
    updated_at: str | None
    acked_at: str | None
    acked_by: str | None
    resolved_at: str | None
    resolution: str | None


class Approval(NamedTuple):
    """One gate: what an agent wants to do, and what was answered."""

    seq: int
    id: str
    run_id: str | None
    agent_id: str | None
    tool_call_id: str | None
    kind: str
    title: str
    why: str | None
    payload: str
    risk: str
    status: str
    source_status: str | None
    requested_by: str | None
    requested_at: str | None
    expires_at: str | None
    decided_by: str | None
    decided_at: str | None
    reason: str | None
    picked_up_at: str | None


class Task(NamedTuple):
    """One task or step; a step's `parent_id` is its task."""

    seq: int
    id: str
    parent_id: str | None
    run_id: str | None
    kind: str
    title: str
    status: str
    source_status: str | None
    attempt: int | None
    max_attempts: int | None
    next_wake_at: str | None
    started_at: str | None
    ended_at: str | None
    updated_at: str | None
    error: str | None


class Schedule(NamedTuple):
    """One schedule: when it runs next, and what it missed."""

    seq: int
    id: str
    name: str
    enabled: int
    kind: str
    spec: str
    timezone: str | None
    next_run_at: str | None
    last_run_at: str | None
    missed: int | None
    updated_at: str | None


class Watcher(NamedTuple):
    """One watcher: its last tick and its errors in a row."""

    seq: int
    id: str
    name: str
    enabled: int
    last_tick_at: str | None
    last_outcome: str | None
    consecutive_errors: int | None
    suppressed: int | None
    updated_at: str | None


class Rule(NamedTuple):
    """One rule: what it looks for, and how often it was met."""

    seq: int
    id: str
    name: str
    enabled: int
    priority: int | None
    conditions: str | None
    actions: str | None
    hits: int | None
    last_fired_at: str | None
    last_reason: str | None
    updated_at: str | None


class Health(NamedTuple):
    """One heartbeat of a part of the system. `status` is healthy, degraded or down."""

    seq: int
    component: str
    status: str
    source_status: str | None
    version: str | None
    details: str | None
    recorded_at: str | None
    next_expected_at: str | None


class Check(NamedTuple):
    """One check of a build run. `status` is passed, failed or skipped."""

    seq: int
    id: str
    run_id: str | None
    kind: str
    status: str
    output: str | None
    created_at: str | None


class Route(NamedTuple):
    """One routing decision: an event, the lane it took, the gates on the way."""

    seq: int
    id: str
    run_id: str | None
    event: str
    decision: str
    lane: str | None
    risk: str | None
    gates: str | None
    reason: str | None
    created_at: str | None


class Usage(NamedTuple):
    """What one agent has used, its own prompts only; `cost_usd` None: no call of it is priced."""

    agent_id: str
    run_id: str
    calls: int
    tokens_in: int
    tokens_out: int
    cache_read: int
    cache_write: int
    cost_usd: float | None
    unpriced: int
    """Calls without a price: the cost is a floor while this is not 0."""


class Cost(NamedTuple):
    """Calls and money of one agent with one model in one hour (or finer, where no rollup is)."""

    hour: str | None
    """The source's time text, or its first 13 characters: 2026-11-21T14."""
    project: str | None
    run_id: str
    agent_id: str
    model: str | None
    calls: int
    tokens_in: int
    tokens_out: int
    cache_read: int
    cache_write: int
    cost_usd: float | None
    reported: int
    """Calls whose price the agent itself reported; the rest of the priced came from the table."""
    unpriced: int


class Chunk(NamedTuple):
    """A piece of a streamed answer. `kind` is text or thinking."""

    seq: int
    prompt_id: str
    kind: str
    text: str
    created_at: str | None


class Consent(NamedTuple):
    """The terms of a gate beyond the approval relation."""

    approval_id: str
    needed: int
    signed: int
    on_timeout: str | None
    moved_on_at: str | None
    sha256: str | None
    writer_id: str | None


class Signature(NamedTuple):
    """One person's answer to a gate."""

    seq: int
    approval_id: str
    signer: str
    outcome: str
    sha256: str | None
    note: str | None
    shown_ms: int | None
    signed_at: str | None


class AlarmAction(NamedTuple):
    """What a person did to an alarm: ack, snooze, resolve, comment."""

    seq: int
    alarm_id: str
    action: str
    actor: str | None
    note: str | None
    until: str | None
    created_at: str | None


class Writer(NamedTuple):
    """One process that writes the source."""

    seq: int
    id: str
    pid: int | None
    host: str | None
    program: str | None
    version: str | None
    started_at: str | None
    heartbeat_at: str | None
    heartbeat_seconds: int | None
    ended_at: str | None
    ending: str | None
    dropped: int | None
    """Rows the recorder dropped rather than hold its agent up."""
    birth: str | None = None
    """Boot, pid namespace and start: tells it from another process of the same pid."""


class RunWriter(NamedTuple):
    """Which process writes which run."""

    run_id: str
    writer_id: str


class Budget(NamedTuple):
    """A limit on what may be spent. `scope` is day, run, agent or project."""

    scope: str
    key: str
    limit_usd: float


RELATIONS: dict[str, type[Any]] = {
    "run": Run,
    "agent": Agent,
    "prompt": Prompt,
    "tool_call": ToolCall,
    "event": Event,
    "audit": Audit,
    "alarm": Alarm,
    "approval": Approval,
    "task": Task,
    "schedule": Schedule,
    "watcher": Watcher,
    "rule": Rule,
    "health": Health,
    "check": Check,
    "route": Route,
    "usage": Usage,
    "cost": Cost,
    "chunk": Chunk,
    "consent": Consent,
    "signature": Signature,
    "alarm_action": AlarmAction,
    "writer": Writer,
    "run_writer": RunWriter,
    "budget": Budget,
}
"""Each relation's row type; every source has every one of them, if only as an empty view."""

R = TypeVar("R")
NAN = float("nan")


def coerce(row_type: type[R], rows: Iterable[tuple[Any, ...]]) -> list[R]:
    """Rows as `row_type`, each value of the type its field says, whatever the file held.

    Text fields: bytes are decoded with marks, numbers written out, a missing required text is "".
    Number fields: what is not a number becomes NaN, a missing required number 0.
    """
    make = row_type._make  # type: ignore[attr-defined]
    shape: Any = row_type
    # Nearly every row is what it should be: one look at its types spares a call for each value.
    return [
        make(row if _is_sound(shape, tuple(map(type, row))) else _cast(shape, row)) for row in rows
    ]


@lru_cache(maxsize=4096)
def _is_sound(row_type: type[Any], kinds: tuple[type[Any], ...]) -> bool:
    """Whether values of these types stay as they are."""
    fields = row_type.__annotations__.values()
    return all(kind in _SOUND[field] for kind, field in zip(kinds, fields, strict=True))


def _cast(row_type: type[Any], row: tuple[Any, ...]) -> list[Any]:
    fields = row_type.__annotations__.values()
    return [_CASTS[field](value) for field, value in zip(fields, row, strict=True)]


def _text(value: Any) -> str:
    return "" if value is None else value if type(value) is str else _written(value)


def _text_or_none(value: Any) -> str | None:
    return value if value is None or type(value) is str else _written(value)


def _written(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _number(value: Any) -> float | int:
    return 0 if value is None else value if type(value) in (int, float) else NAN


def _number_or_none(value: Any) -> float | int | None:
    return value if value is None or type(value) in (int, float) else NAN


_CASTS: dict[Any, Callable[[Any], Any]] = {
    str: _text,
    str | None: _text_or_none,
    int: _number,
    int | None: _number_or_none,
    float: _number,
    float | None: _number_or_none,
}

_SOUND: dict[Any, tuple[type[Any], ...]] = {
    str: (str,),
    str | None: (str, type(None)),
    int: (int, float),
    int | None: (int, float, type(None)),
    float: (int, float),
    float | None: (int, float, type(None)),
}
