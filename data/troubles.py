"""Troubles of the machinery: what no row calls an alarm, told from rows and the time.

The same ones stand in the needs-you bar, on the Alarms screen and in `vedette alarms --derived`.
Each names the rows that made it so, and ends with its cause. Reads are bounded: the newest rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import NamedTuple

from . import machinery, times
from .machinery import Machinery, Standing
from .rows import OPEN, OVER, Agent, Alarm, Run, Task
from .source import Source
from .text import clean

EACH = 5
"""Troubles of one rule told one by one; those beyond are one more, with their number."""

ROWS = 60
"""The newest checks, tool calls and runs that are looked through."""

TOOL_ERRORS = 3
"""Failures of the same tool in a row, the agent's last calls, that make a trouble."""

WATCHER_ERRORS = 5
"""Errors of a watcher in a row that make a trouble; fewer are in Operations only."""

CHECK_STANDS = 900.0
"""Seconds a failed check of a run at work may stand: an agent sees to it and checks again."""

FRESH = 3_600.0
"""A tool that failed longer ago than this is history ..."""

DAY = 86_400.0
"""... and so is a check."""

RULES = (
    "heartbeat missed",
    "task stuck",
    "schedule backlog",
    "watcher errors",
    "tool errors",
    "check failed",
    "blocked, no gate open",
)

KINDS = frozenset(
    {
        "heartbeat_missed",
        "task_stuck",
        "schedule_backlog",
        "watcher_errors",
        "tool_errors",
        "check_failed",
        "blocked",
    }
)
"""What their alarms are called."""

_SAME = {
    "heartbeat.missed": "heartbeat_missed",
    "missed_heartbeat": "heartbeat_missed",
    "stuck_task": "task_stuck",
    "task.stuck": "task_stuck",
    "schedule.backlog": "schedule_backlog",
    "schedule_late": "schedule_backlog",
    "watcher.errors": "watcher_errors",
    "tool.errors": "tool_errors",
    "tool_failed": "tool_errors",
    "check.failed": "check_failed",
}
"""What systems call the rules that the console has too."""


class Trouble(NamedTuple):
    """One thing that is wrong, and the rows that say so."""

    kind: str
    severity: str
    title: str
    """What stays true while the clock runs."""
    since: float | None
    """Epoch seconds."""
    subject: str
    """The row it is about: with the kind, its id."""
    evidence: tuple[str, ...]
    """The rows that made it so, as `relation id`."""
    message: str = ""
    run_id: str | None = None
    agent_id: str | None = None
    count: int = 1  # type: ignore[assignment]  # the relation's own word hides tuple.count

    @property
    def id(self) -> str:
        """The same at every look while it lasts."""
        return f"{self.kind}:{self.subject}"


@dataclass(frozen=True)
class Troubles:
    """All of them, and when the next may begin with nothing written."""

    found: tuple[Trouble, ...] = ()
    turns: float | None = None
    """Epoch seconds at which to look again though nothing moved; None: no need."""


class _Call(NamedTuple):
    seq: int
    id: str
    run_id: str | None
    agent_id: str | None
    name: str
    status: str
    created_at: str | None


def read_troubles(source: Source, now: float) -> Troubles:
    """What is wrong by the timing rules, without what a recorded alarm stands for already."""
    rows = machinery.read_machinery(source)
    turns: list[float] = []
    found = [
        *_together(_of_health(rows, now, turns), "parts missed their heartbeat"),
        *_together(_of_tasks(source, rows, now, turns), "tasks are stuck"),
        *_together(_of_schedules(rows, now, turns), "schedules are late"),
        *_together(_of_watchers(rows), "watchers fail"),
        *_together(_of_tools(source, now), "agents' tools fail"),
        *_together(_of_checks(source, rows, now, turns), "checks failed"),
        *_together(_of_waiting(source, rows), "wait for a person"),
    ]
    if found:
        recorded = source.all("alarms/not_resolved", Alarm, limit=machinery.WINDOW)
        found = [trouble for trouble in found if not any(_is(trouble, row) for row in recorded)]
    return Troubles(tuple(found), min((at for at in turns if at > now), default=None))


def _is(trouble: Trouble, recorded: Alarm) -> bool:
    """Whether a recorded alarm says the same of the same."""
    if _SAME.get(recorded.kind, recorded.kind) != trouble.kind:
        return False
    if trouble.run_id or trouble.agent_id:
        return (recorded.run_id, recorded.agent_id) in (
            (trouble.run_id, trouble.agent_id),
            (trouble.run_id, None),
        )
    said = f"{recorded.dedupe_key} {recorded.title} {recorded.message}"
    return trouble.subject in said


def _together(troubles: Iterable[Trouble], noun: str) -> Iterator[Trouble]:
    """The first few one by one, the rest as one: a file that was left alone has hundreds."""
    listed = list(troubles)
    yield from listed[:EACH]
    rest = listed[EACH:]
    if len(rest) == 1:
        yield rest[0]
    elif rest:
        sinces = [trouble.since for trouble in rest if trouble.since is not None]
        yield Trouble(
            kind=rest[0].kind,
            severity=rest[0].severity,
            title=f"{len(rest)} more {noun}",
            since=min(sinces, default=None),
            subject="more",
            evidence=tuple(row for trouble in rest for row in trouble.evidence[:1])[:20],
            count=len(rest),
        )


def _noted(standing: Standing, turns: list[float]) -> Standing:
    if standing.turns is not None:
        turns.append(standing.turns)
    return standing


# One rule each


def _of_health(rows: Machinery, now: float, turns: list[float]) -> Iterator[Trouble]:
    for beat in rows.health:
        standing = _noted(machinery.health_standing(beat, now), turns)
        if standing.state == "MISSED":
            part = clean(beat.component, 60)
            title = f"heartbeat missed: {part}"
            row = f"health {beat.seq}"
            yield Trouble(
                "heartbeat_missed", "error", title, standing.since, part, (row,), standing.says
            )


def _of_tasks(source: Source, rows: Machinery, now: float, turns: list[float]) -> Iterator[Trouble]:
    """Tasks that run and write nothing, none of whose parts was written since either."""
    still = [
        (task, standing)
        for task in rows.tasks
        if (standing := _noted(machinery.task_standing(task, now), turns)).state == "STUCK"
    ]
    stuck: dict[str, tuple[Task, Standing, tuple[str, ...]]] = {}
    for task, _ in still[:ROWS]:
        parts = parts_of(source, task)
        moved = max(filter(None, (times.parse(part.updated_at) for part in parts)), default=None)
        is_held = any(part.kind == "step" and part.status == "waiting" for part in parts)
        standing = _noted(machinery.task_standing(task, now, moved, is_held=is_held), turns)
        if standing.state == "STUCK":
            running = (f"task {part.id}" for part in parts if part.status == "running")
            stuck[task.id] = (task, standing, (f"task {task.id}", *running))
    # Where a part is told by itself its whole need not be told too.
    wholes = {task.parent_id for task, _, _ in stuck.values()}
    for task, standing, evidence in stuck.values():
        if task.id not in wholes:
            title = f"{clean(task.kind, 20) or 'task'} stuck: {clean(task.title, 120)}"
            yield Trouble(
                "task_stuck",
                "error",
                title,
                standing.since,
                task.id,
                evidence,
                standing.says,
                run_id=task.run_id,
            )


def parts_of(source: Source, task: Task, depth: int = 3) -> list[Task]:
    """The parts of a task and theirs, as many as a look may read."""
    parts = source.all("operations/tasks_within", Task, parent_id=task.id, limit=EACH * 4)
    if depth > 1:
        for part in parts[:EACH]:
            parts = [*parts, *parts_of(source, part, depth - 1)]
    return parts


def _of_schedules(rows: Machinery, now: float, turns: list[float]) -> Iterator[Trouble]:
    for schedule in rows.schedules:
        standing = _noted(machinery.schedule_standing(schedule, now), turns)
        if standing.state == "LATE":
            title = f"schedule backlog: {clean(schedule.name, 120)}"
            yield Trouble(
                "schedule_backlog",
                "warning",
                title,
                standing.since,
                schedule.id,
                (f"schedule {schedule.id}",),
                standing.says,
            )


def _of_watchers(rows: Machinery) -> Iterator[Trouble]:
    for watcher in rows.watchers:
        standing = machinery.watcher_standing(watcher)
        errors = watcher.consecutive_errors or 0
        if standing.state == "ERRORS" and errors >= WATCHER_ERRORS:
            title = f"watcher errors: {clean(watcher.name, 120)}"
            yield Trouble(
                "watcher_errors",
                "warning",
                title,
                standing.since,
                watcher.id,
                (f"watcher {watcher.id}",),
                standing.says,
            )


def _of_tools(source: Source, now: float) -> Iterator[Trouble]:
    """Agents at work whose last calls of one tool failed, one after the other."""
    since = source.since("tool_call", machinery.newest_place(source, "tool_call"))
    calls = source.all("operations/tool_calls", _Call, since=since, limit=ROWS)
    ended = [call for call in calls if call.status in OVER and call.agent_id]
    by_agent = sorted(ended, key=lambda call: (call.agent_id or "", -call.seq))
    for agent_id, mine in groupby(by_agent, key=lambda call: call.agent_id or ""):
        yield from _of_calls(source, agent_id, list(mine), now)


def _of_calls(
    source: Source, agent_id: str, calls: Sequence[_Call], now: float
) -> Iterator[Trouble]:
    newest = calls[0]
    failed = list(takewhile(lambda c: c.status == "failed" and c.name == newest.name, calls))
    last = times.parse(newest.created_at)
    if len(failed) < TOOL_ERRORS or last is None or now - last > FRESH:
        return
    if _status(source, "agent", agent_id) in OVER:
        return
    title = f"tool errors: {clean(newest.name, 60)} failed {len(failed)} times in a row"
    first = times.parse(failed[-1].created_at)
    rows = tuple(f"tool_call {call.id}" for call in failed)
    yield Trouble(
        "tool_errors",
        "warning",
        title,
        first,
        agent_id,
        rows,
        run_id=newest.run_id,
        agent_id=agent_id,
        count=len(failed),
    )


def _of_checks(
    source: Source, rows: Machinery, now: float, turns: list[float]
) -> Iterator[Trouble]:
    """Failed checks that were not made again: of runs that are over, or that stand for long."""
    newest = machinery.newest_of_their_kind(rows.checks)
    for check in rows.checks[:ROWS]:
        standing = machinery.check_standing(check, check.id in newest)
        since = standing.since
        if standing.state != "FAILED" or since is None or now - since > DAY:
            continue
        is_young = now <= since + CHECK_STANDS
        if is_young and _status(source, "run", check.run_id) not in OVER:
            turns.append(since + CHECK_STANDS)
            continue
        title = f"check failed: {clean(check.kind, 60)}"
        output = clean(check.output or "", 300)
        yield Trouble(
            "check_failed",
            "warning",
            title,
            since,
            check.id,
            (f"check {check.id}",),
            output,
            run_id=check.run_id,
        )


def _of_waiting(source: Source, rows: Machinery) -> Iterator[Trouble]:
    """Tasks and agents that wait for a person while no gate of their run is open."""
    tasks = [task for task in rows.tasks if task.status == "waiting" and task.run_id]
    # By run, as the fleet reads them: no source has an index on what its agents do.
    runs = [run for run in source.all("fleet/latest_runs", Run, limit=ROWS) if run.status in OPEN]
    agents = [
        agent
        for run in runs[: EACH * 4]
        for agent in source.all("fleet/agents", Agent, run_id=run.id, limit=ROWS)
        if agent.status == "waiting"
    ]
    if not tasks and not agents:
        return
    gates = source.all("headline/pending_approvals", _Gate, limit=machinery.WINDOW)
    told = {gate.run_id for gate in gates}
    for task in tasks:
        if task.run_id not in told:
            told.add(task.run_id)
            yield _blocked(task.title, f"task {task.id}", task.run_id, None, task)
    for agent in agents:
        if agent.run_id not in told:
            told.add(agent.run_id)
            yield _blocked(agent.name, f"agent {agent.id}", agent.run_id, agent.id, agent)


class _Gate(NamedTuple):
    id: str
    run_id: str | None
    agent_id: str | None
    title: str
    risk: str
    requested_at: str | None
    expires_at: str | None


def _blocked(
    name: str, row: str, run_id: str | None, agent_id: str | None, held: Task | Agent
) -> Trouble:
    word = clean(held.source_status or held.status, 30)
    return Trouble(
        "blocked",
        "error",
        f"blocked: {clean(name, 120)}",
        times.parse(held.updated_at),
        held.id,
        (row,),
        f"{word}: it waits for a person, and no gate of its run is open",
        run_id=run_id,
        agent_id=agent_id,
    )


def _status(source: Source, kind: str, wanted: str | None) -> str:
    rows = source.raw(f"operations/{kind}_status", id=wanted) if wanted else []
    return str(rows[0][0]) if rows else ""
