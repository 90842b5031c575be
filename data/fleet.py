"""The fleet: open and recent runs with their agents, each with the one state a person needs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from . import judgements, times
from .headline import MOST
from .judgements import SILENT_FLOOR, CallMade, Judgement
from .rows import OPEN, OVER, Agent, Run, Usage, Writer
from .source import Source
from .text import clean

QUESTIONS = frozenset({"question"})
"""Kinds of approvals that want words from a person, not consent: their agents are `asking`."""

LATEST_RUNS = 200
"""Finished runs that are looked through, newest first, for those inside the window."""

MOST_AGENTS = 500
"""Agents shown of one run; a larger run is opened on its own screen."""

HOUR = 3600.0

RANK = {
    "WAITING": 0,
    "asking": 0,
    "SILENT": 1,
    "LOOP?": 1,
    "lost": 1,
    "LIMITED": 2,
    "FAILED": 3,
    "running": 4,
    "tool": 4,
    "paused": 5,
    "idle": 5,
    "pending": 6,
    "done": 7,
    "cancelled": 7,
}
"""How urgent a state is; the fleet is sorted by it."""


class Status(NamedTuple):
    """What an agent or a run is doing, in the console's words."""

    state: str
    now: str
    """What stands in the NOW column."""
    since: float | None
    """Epoch seconds since when it is in this state."""
    why: tuple[str, ...] = ()
    """The rows that made it so, as `relation id`."""
    deadline: float | None = None
    """Epoch seconds at which the first of its gates can no longer be answered."""
    gates: int = 0
    heard: float | None = None
    """Epoch seconds of its newest row, for an agent at work."""
    resets: float | None = None
    """Epoch seconds at which the provider's limit ends, where its rows say so."""
    brief: str = ""
    """The part of `now` that stays true while the time to `resets` runs: `429`."""
    is_late: bool = False
    """Whether the deadline is over and the gate can be answered all the same: it is overdue."""


class AgentFacts(NamedTuple):
    """One agent of the fleet."""

    id: str
    run_id: str
    parent_id: str | None
    name: str
    kind: str
    model: str
    status: Status
    context: float | None
    cost_usd: float | None
    unpriced: int
    tokens: int
    started: float | None
    depth: int
    turns: int = 0
    """Model calls so far."""


class RunFacts(NamedTuple):
    """One run of the fleet with its agents, parents before children."""

    id: str
    seq: int
    title: str
    project: str
    status: Status
    context: float | None
    cost_usd: float | None
    unpriced: int
    agents: tuple[AgentFacts, ...]
    more_agents: bool
    started: float | None = None
    source: str = ""
    """The name of its source where several are shown as one fleet."""


@dataclass(frozen=True)
class FleetFacts:
    """The fleet at one moment, most urgent run first."""

    runs: tuple[RunFacts, ...]
    window: float
    """Seconds back from now within which a finished run is shown."""
    older: bool
    """Whether there are runs before those looked through."""
    is_recorded: bool = True
    """Whether the source has any run at all."""

    @property
    def agents(self) -> int:
        """How many agents are in view."""
        return sum(len(run.agents) for run in self.runs)


def read_fleet(source: Source, now: float, window: float = HOUR) -> FleetFacts:
    """Open runs, and runs that ended inside the window; bounded whatever the file's size."""
    reach = _reach(source, window)
    latest = _latest(source, reach)
    runs = {run.id: run for run in latest if run.status in OPEN or _ended_within(run, now, window)}
    if source.system.name == "vedette":
        # Other systems have no index on status: there only the latest runs are looked through.
        runs |= {run.id: run for run in source.all("fleet/open_runs", Run, limit=MOST)}
        reach = _narrowed(reach, latest, runs.values())
        source.memo["fleet reach"] = reach
    gates = _gates_by_agent(source, now)
    facts = [_read_run(source, run, gates, now) for run in runs.values()]
    return FleetFacts(
        tuple(sorted(facts, key=urgency)),
        window,
        reach.is_cut or len(latest) == LATEST_RUNS,
        reach.first > 0 or bool(latest),
    )


class _Reach(NamedTuple):
    """Which runs need not be looked at again: those over, and out of the window, stay so."""

    window: float
    first: int = 0
    """The `seq` of the oldest run that was looked through; 0: none yet."""
    start: int = 0
    """The `seq` from which on runs are looked at."""
    is_cut: bool = False
    """Whether there are runs before the first."""


def _reach(source: Source, window: float) -> _Reach:
    reach = source.memo.get("fleet reach")
    return reach if isinstance(reach, _Reach) and reach.window == window else _Reach(window)


def _latest(source: Source, reach: _Reach) -> list[Run]:
    if reach.first:
        return source.all("fleet/runs_from", Run, start=reach.start, limit=LATEST_RUNS)
    return source.all("fleet/latest_runs", Run, limit=LATEST_RUNS)


def _narrowed(reach: _Reach, latest: Sequence[Run], shown: Iterable[Run]) -> _Reach:
    """The reach of the next look: from the oldest run that is shown, or may be shown again."""
    if not latest:
        return reach
    first = reach.first or latest[-1].seq
    start = min((run.seq for run in shown if run.seq >= first), default=latest[0].seq + 1)
    return _Reach(reach.window, first, start, reach.is_cut or len(latest) == LATEST_RUNS)


def read_run(source: Source, run: Run, now: float) -> RunFacts:
    """One run with its agents, judged as the fleet judges it."""
    return _read_run(source, run, _gates_by_agent(source, now), now)


def read_status(source: Source, agent: Agent, now: float) -> Status:
    """What one agent is doing, judged as the fleet judges it."""
    gates = _gates_by_agent(source, now).get(agent.id, [])
    is_open = agent.status in OPEN
    writer = source.one("fleet/writer_of_run", Writer, run_id=agent.run_id) if is_open else None
    return _agent_status(source, agent, gates, writer, now)


def urgency(run: RunFacts) -> tuple[int, float, int]:
    """The sort key: harm, then time left, then newest first; costs and ages do not move rows."""
    deadline = run.status.deadline
    return RANK.get(run.status.state, 9), deadline if deadline else float("inf"), -run.seq


def merge_fleets(fleets: Mapping[str, FleetFacts]) -> FleetFacts:
    """The fleets of several sources as one, by the sources' names: each run says where it is from.

    Between sources what a run's `seq` says is its start: the newest first.
    """
    places = {source: place for place, source in enumerate(fleets)}
    runs = [run._replace(source=name) for name, fleet in fleets.items() for run in fleet.runs]

    def place(run: RunFacts) -> tuple[int, float, float, int, int]:
        rank, deadline, newest = urgency(run)
        return rank, deadline, -(run.started or 0.0), places[run.source], newest

    return FleetFacts(
        tuple(sorted(runs, key=place)),
        max((fleet.window for fleet in fleets.values()), default=HOUR),
        any(fleet.older for fleet in fleets.values()),
        any(fleet.is_recorded for fleet in fleets.values()),
    )


def _ended_within(run: Run, now: float, window: float) -> bool:
    ended = times.parse(run.ended_at or run.updated_at or run.started_at)
    return ended is not None and now - ended <= window


class _Pending(NamedTuple):
    id: str
    run_id: str | None
    agent_id: str | None
    kind: str
    title: str
    requested_at: str | None
    expires_at: str | None


class _Gate(NamedTuple):
    id: str
    title: str
    asked: float | None
    expires: float | None
    is_question: bool
    is_late: bool


def _gates_by_agent(source: Source, now: float) -> dict[str, list[_Gate]]:
    gates: dict[str, list[_Gate]] = {}
    for row in source.all("fleet/pending_approvals", _Pending, limit=MOST):
        expires = times.parse(row.expires_at)
        is_over = expires is not None and expires <= now
        if is_over and source.system.expires_gates:
            continue
        asked = times.parse(row.requested_at)
        gate = _Gate(row.id, clean(row.title, 200), asked, expires, row.kind in QUESTIONS, is_over)
        gates.setdefault(row.agent_id or f"run {row.run_id}", []).append(gate)
    return gates


def _read_run(source: Source, run: Run, gates: dict[str, list[_Gate]], now: float) -> RunFacts:
    """One run; a finished one is read once and remembered until it changes."""
    memo: dict[str, tuple[tuple[str, str | None], RunFacts]] = source.memo.setdefault("fleet", {})
    version = (run.status, run.updated_at)
    known = memo.get(run.id)
    if known is not None and run.status in OVER and known[0] == version:
        return known[1]
    agents = source.all("fleet/agents", Agent, run_id=run.id, limit=MOST_AGENTS + 1)
    usage = {row.agent_id: row for row in source.all("fleet/usage", Usage, run_id=run.id)}
    writer = (
        source.one("fleet/writer_of_run", Writer, run_id=run.id) if run.status in OPEN else None
    )
    shown = [
        _agent_facts(source, agent, usage.get(agent.id), gates.get(agent.id, []), writer, now)
        for agent in agents[:MOST_AGENTS]
    ]
    facts = _run_facts(run, tuple(in_tree_order(shown)), gates, writer, now)
    facts = facts._replace(more_agents=len(agents) > MOST_AGENTS)
    memo[run.id] = (version, facts)
    return facts


def in_tree_order(agents: Sequence[AgentFacts]) -> list[AgentFacts]:
    """Parents before children, with depths; a missing parent or a circle makes a root."""
    ids = {agent.id for agent in agents}
    children: dict[str | None, list[AgentFacts]] = {}
    for agent in agents:
        parent = agent.parent_id if agent.parent_id in ids else None
        children.setdefault(parent, []).append(agent)
    ordered: list[AgentFacts] = []
    seen: set[str] = set()

    def place(parent: str | None) -> None:
        stack = [(agent, 0) for agent in reversed(children.get(parent, []))]
        while stack:
            agent, depth = stack.pop()
            if agent.id in seen:
                continue
            seen.add(agent.id)
            ordered.append(agent._replace(depth=depth))
            stack += [(child, depth + 1) for child in reversed(children.get(agent.id, []))]

    place(None)
    for agent in agents:
        if agent.id not in seen:
            seen.add(agent.id)
            ordered.append(agent._replace(depth=0))
            place(agent.id)
    return ordered


def _agent_facts(
    source: Source,
    agent: Agent,
    usage: Usage | None,
    gates: list[_Gate],
    writer: Writer | None,
    now: float,
) -> AgentFacts:
    return AgentFacts(
        id=agent.id,
        run_id=agent.run_id,
        parent_id=agent.parent_id,
        name=clean(agent.name, 80),
        kind=agent.kind,
        model=clean(agent.model or "", 60),
        status=_agent_status(source, agent, gates, writer, now),
        context=agent.context_used,
        cost_usd=agent.cost_usd,
        unpriced=usage.unpriced if usage else 0,
        tokens=usage.tokens_in + usage.tokens_out if usage else 0,
        started=times.parse(agent.started_at),
        depth=0,
        turns=usage.calls if usage else 0,
    )


def _agent_status(
    source: Source, agent: Agent, gates: list[_Gate], writer: Writer | None, now: float
) -> Status:
    ended = times.parse(agent.ended_at or agent.updated_at)
    match agent.status:
        case "failed":
            return Status(
                "FAILED", clean(agent.error or "failed", 200), ended, (f"agent {agent.id}",)
            )
        case "completed":
            return Status("done", clean(agent.error or "", 200), ended)
        case "cancelled":
            return Status("cancelled", clean(agent.error or "cancelled", 200), ended)
    if gates:
        return _gated(gates)
    if agent.status == "paused":
        return Status("paused", _why_paused(source, agent), ended)
    if writer is not None and _is_lost(writer, now):
        return _lost(writer)
    return _working(source, agent, now)


def _why_paused(source: Source, agent: Agent) -> str:
    """What the row says, else the newest event if it tells of the pause: `paused by ana`."""
    if agent.error:
        return clean(agent.error, 200)
    newest = source.one("fleet/last_events", _EventSeen, agent_id=agent.id, limit=1)
    said = newest.message if newest is not None and "pause" in newest.kind else ""
    return clean(said or "paused", 200)


def _gated(gates: Sequence[_Gate]) -> Status:
    """Waiting for consent; `asking` where all that is wanted are words."""
    first = min(gates, key=lambda gate: gate.expires or float("inf"))
    asked = min((gate.asked for gate in gates if gate.asked is not None), default=None)
    is_asking = all(gate.is_question for gate in gates)
    noun = "question" if is_asking else "gate"
    says = f"{noun}: {first.title}" if len(gates) == 1 else f"{len(gates)} {noun}s: {first.title}"
    why = tuple(f"approval {gate.id}" for gate in gates)
    state = "asking" if is_asking else "WAITING"
    return Status(state, says, asked, why, first.expires, len(gates), is_late=first.is_late)


def _is_lost(writer: Writer, now: float) -> bool:
    heard = times.parse(writer.heartbeat_at)
    return judgements.is_lost(
        heard, writer.heartbeat_seconds or 5, writer.ended_at is not None, now
    )


def _lost(writer: Writer) -> Status:
    since = times.parse(writer.ended_at or writer.heartbeat_at)
    ending = "ended" if writer.ended_at else "gone"
    says = f"process {writer.pid} is {ending}" if writer.pid else f"its process is {ending}"
    return Status("lost", says, since, (f"writer {writer.id}",))


class _EventSeen(NamedTuple):
    seq: int
    kind: str
    message: str
    level: str
    created_at: str | None


class _CallSeen(NamedTuple):
    id: str
    name: str
    input: str | None
    status: str
    created_at: str | None
    completed_at: str | None
    error: str | None


class PromptSeen(NamedTuple):
    """A model call without its texts; a row of `fleet/last_prompts`."""

    id: str
    name: str | None
    model: str | None
    status: str
    tokens_in: int | None
    tokens_out: int | None
    cache_read: int | None
    cost_usd: float | None
    created_at: str | None
    completed_at: str | None
    error: str | None


LIMIT_EVENTS = ("limit", "limited", "rate_limit", "llm.limited")
_TOLD_ELSEWHERE = "notification"
"""The kind of event by which a client says that it asks a person in its own terminal."""

EVENTS_FOR_RHYTHM = 12
CALLS_FOR_LOOP = 16


def _working(source: Source, agent: Agent, now: float) -> Status:
    """What a running agent does: a limit, a loop, a call, an answer, silence, or nothing."""
    events = source.all("fleet/last_events", _EventSeen, agent_id=agent.id, limit=EVENTS_FOR_RHYTHM)
    calls = source.all(
        "fleet/last_calls",
        _CallSeen,
        agent_id=agent.id,
        run_id=agent.run_id,
        limit=CALLS_FOR_LOOP,
    )
    prompts = source.all("fleet/last_prompts", PromptSeen, agent_id=agent.id, limit=2)
    times_seen = _known(times.parse(event.created_at) for event in reversed(events))
    newest: list[str | None] = [row.created_at for row in calls[:1]]
    newest += [row.created_at for row in prompts[:1]]
    latest = max(
        [
            *times_seen[-1:],
            *_known(map(times.parse, newest)),
        ],
        default=times.parse(agent.started_at),
    )
    if agent.status == "waiting" and events and events[0].kind == _TOLD_ELSEWHERE:
        asked, why = times.parse(events[0].created_at), (f"event {events[0].seq}",)
        return Status("asking", clean(events[0].message, 200), asked, why)
    limited = _limited(prompts, events)
    if limited is not None:
        return _limit_status(source, limited, events)
    looping = _looping(calls)
    if looping is not None:
        return Status(looping.state, looping.says, looping.since, looping.evidence)
    if calls and calls[0].status == "running":
        since = times.parse(calls[0].created_at)
        return Status("tool", clean(calls[0].name, 80), since, heard=latest)
    if prompts and prompts[0].status == "running":
        doing = clean(prompts[0].name or "thinking", 80)
        return Status("running", doing, times.parse(prompts[0].created_at), heard=latest)
    quiet = judgements.silence(times_seen, now) if times_seen else None
    if quiet is not None:
        evidence = (f"event {events[0].seq}",)
        return Status("SILENT", "no event", times_seen[-1], evidence)
    if agent.status == "pending":
        return Status("pending", "not started", latest)
    if agent.status == "running" and not (events or calls or prompts):
        # Nothing that it does is recorded: its row alone says that it is at work.
        return Status("running", "at work", latest)
    last = clean(events[0].message, 200) if events else ""
    return Status("idle", last or "turn over", latest, heard=latest)


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _limited(prompts: Sequence[PromptSeen], events: Sequence[_EventSeen]) -> Judgement | None:
    newest = prompts[0] if prompts else None
    if newest is not None and newest.status == "failed" and judgements.is_limited(newest.error):
        at = times.parse(newest.completed_at or newest.created_at)
        says = clean(newest.error or "", 120)
        return Judgement("LIMITED", at or 0.0, says, (f"prompt {newest.id}",))
    if events and events[0].kind in LIMIT_EVENTS:
        at = times.parse(events[0].created_at)
        says = clean(events[0].message, 120)
        return Judgement("LIMITED", at or 0.0, says, (f"event {events[0].seq}",))
    return None


def _limit_status(source: Source, judged: Judgement, events: Sequence[_EventSeen]) -> Status:
    """LIMITED, with the time at which the limit ends where the newest event of it says so."""
    newest = next((event for event in events if event.kind in LIMIT_EVENTS), None)
    details = source.raw("fleet/event_details", seq=newest.seq) if newest is not None else []
    at = times.parse(newest.created_at) if newest is not None else None
    resets = judgements.limit_ends(str(details[0][0] or "") if details else "", at)
    if resets is None:
        resets = judgements.limit_ends(judged.says, judged.since)
    return Status(
        judged.state,
        judged.says,
        judged.since,
        judged.evidence,
        resets=resets,
        brief=judgements.without_reset(judged.says),
    )


def _looping(calls: Sequence[_CallSeen]) -> Judgement | None:
    made = [
        CallMade(call.id, call.name, call.input or "", times.parse(call.created_at) or 0.0)
        for call in reversed(calls)
    ]
    found = judgements.loop(made)
    if found is None:
        return None
    period, repeats = found
    part = made[-period * repeats :]
    says = f"same call ×{repeats}" if period == 1 else f"same {period} calls ×{repeats}"
    return Judgement("LOOP?", part[0].at, says, tuple(f"tool_call {call.id}" for call in part))


def _run_facts(
    run: Run,
    agents: tuple[AgentFacts, ...],
    gates: dict[str, list[_Gate]],
    writer: Writer | None,
    now: float,
) -> RunFacts:
    contexts = [agent.context for agent in agents if agent.context is not None]
    costs = [agent.cost_usd for agent in agents if agent.cost_usd is not None]
    own_gates = gates.get(f"run {run.id}", [])
    return RunFacts(
        id=run.id,
        seq=run.seq,
        title=clean(run.title, 120) or run.id,
        project=clean(run.project or "", 60),
        status=_run_status(run, agents, own_gates, writer, now),
        context=max(contexts, default=None),
        cost_usd=sum(costs) if costs else None,
        unpriced=sum(agent.unpriced for agent in agents),
        agents=agents,
        more_agents=False,
        started=times.parse(run.started_at),
    )


def _run_status(
    run: Run,
    agents: Sequence[AgentFacts],
    own_gates: Sequence[_Gate],
    writer: Writer | None,
    now: float,
) -> Status:
    ended = times.parse(run.ended_at or run.updated_at)
    match run.status:
        case "failed":
            return Status("FAILED", clean(run.error or "failed", 200), ended, (f"run {run.id}",))
        case "completed":
            return Status("done", clean(run.error or "", 200), ended)
        case "cancelled":
            return Status("cancelled", clean(run.error or "cancelled", 200), ended)
        case "paused":
            return Status("paused", clean(run.error or "paused", 200), ended)
    if own_gates:
        return _gated(own_gates)
    open_agents = [agent for agent in agents if RANK.get(agent.status.state, 9) < RANK["done"]]
    if not open_agents:
        if writer is not None and _is_lost(writer, now):
            return _lost(writer)
        return Status("idle", "between agents", times.parse(run.updated_at))
    return _of_agents(open_agents, now)


def _of_agents(agents: Sequence[AgentFacts], now: float) -> Status:
    """A run is what its most urgent agent is; silent when none of them is heard."""
    top = min(agents, key=lambda agent: RANK.get(agent.status.state, 9)).status
    waiting = [agent.status for agent in agents if agent.status.gates]
    if len(waiting) > 1 or (waiting and waiting[0].gates > 1):
        count = sum(status.gates for status in waiting)
        since = min(_known(status.since for status in waiting), default=None)
        deadline = min(_known(status.deadline for status in waiting), default=None)
        why = tuple(row for status in waiting for row in status.why)
        is_asking = all(status.state == "asking" for status in waiting)
        says = f"{count} {'questions' if is_asking else 'gates'}"
        state = "asking" if is_asking else "WAITING"
        is_late = any(status.is_late for status in waiting)
        return Status(state, says, since, why, deadline, count, is_late=is_late)
    heard = _known(agent.status.heard for agent in agents)
    if RANK[top.state] >= RANK["running"] and heard and now - max(heard) > SILENT_FLOOR:
        # A single call that takes long is still `tool` on its agent, but nobody says a word.
        return Status("SILENT", "no event", max(heard), top.why)
    return top
