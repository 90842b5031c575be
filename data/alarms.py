"""Alarms: those that rows record, and those the console infers from rows, told apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from . import times
from .budgets import budget_alarms, read_budgets
from .cost_totals import is_behind
from .costs import today
from .events import run_or_agent_name
from .fleet import AgentFacts, FleetFacts, RunFacts, Status, read_fleet
from .rows import Alarm, AlarmAction
from .source import Source
from .text import clean
from .troubles import KINDS as MACHINE_KINDS
from .troubles import RULES as MACHINE_RULES
from .troubles import Trouble, read_troubles

MOST = 300
HISTORY = 5
PICKUP_SECONDS = 10.0
"""An answer that its agent has not read after so long is an alarm."""

CONTEXT_FULL = 0.9
EXPIRY_NEAR = 60.0
WAL_LARGE = 64_000_000
"""Bytes of -wal, and four times the database, from which on it is said to grow."""

CLOSED = 5
"""Alarms told of that are over, under those that are not."""

_LATEST = 60
"""Alarms looked through for those."""

_SAME = {
    "context_full": "context",
    "provider_limit": "limited",
    "provider_limited": "limited",
    "rate_limited": "limited",
    "gate_near_expiry": "gate_expiry",
}
"""What agents call the rules that the console has too."""

_HOUR = 3600.0
_RANK = {"critical": 0, "error": 1, "warning": 2, "info": 3}


class Past(NamedTuple):
    """Something that was done to an alarm, or a time at which the same went off before."""

    at: float | None
    """Epoch seconds."""
    until: float | None
    """Epoch seconds at which that was over; None: it took no time."""
    says: str


class AlarmFacts(NamedTuple):
    """One alarm as it is shown."""

    id: str
    severity: str
    status: str
    """open, acked, snoozed or resolved."""
    kind: str
    title: str
    message: str
    where: str
    count: int  # type: ignore[assignment]  # the relation's own word hides tuple.count
    opened: float | None
    """Epoch seconds."""
    run_id: str | None
    agent_id: str | None
    derived: bool
    """Inferred by the console: it ends when its cause does, and cannot be answered."""
    evidence: tuple[str, ...]
    """The rows that made it so, as `relation id`."""
    acked_by: str
    resolution: str
    history: tuple[Past, ...]
    """What was done, and when the same went off before, newest first."""
    resolved: float | None = None
    """Epoch seconds at which it was over."""


@dataclass(frozen=True)
class AlarmsFacts:
    """Alarms, most severe and newest first."""

    alarms: tuple[AlarmFacts, ...]
    rules: int
    """Rules the console itself watches."""
    checked: float
    """Epoch seconds of this look: silence must prove that somebody watches."""
    last_resolved: float | None
    closed: tuple[AlarmFacts, ...] = ()
    """The newest that are over, beside those that are not."""
    is_behind: bool = False
    """Whether the spending that budgets are held against is not summed to its end yet."""


RULES = (
    "silent agent",
    "loop",
    "provider limit",
    "writer gone",
    "context nearly full",
    "gate near expiry",
    "answer not picked up",
    "price missing",
    "wal growing",
    "budget",
    "burn rate",
    *MACHINE_RULES,
)
"""What the console infers by itself."""


def read_alarms(source: Source, now: float, which: str = "open") -> AlarmsFacts:
    """Recorded alarms and inferred ones. `which`: open (and acked), all, or closed."""
    limit = _LATEST if which == "open" else MOST
    rows = source.all("alarms/latest", Alarm, limit=limit)
    over = [row for row in rows if row.status == "resolved"]
    if which == "open":
        rows = source.all("alarms/not_resolved", Alarm, limit=MOST)
    if which == "closed":
        rows = over
    recorded = [_recorded(source, row, now) for row in rows]
    inferred = [] if which == "closed" else derive(source, read_fleet(source, now), now)
    known = {_subject(alarm) for alarm in recorded}
    fresh = [
        alarm
        for alarm in inferred
        # What is said of a run need not be said of its agents too.
        # Troubles of the machinery were held against the recorded ones when they were read.
        if alarm.kind in MACHINE_KINDS
        or not known & {_subject(alarm), _subject(alarm._replace(agent_id=None))}
    ]
    resolved = [times.parse(row.resolved_at) for row in over]
    over.sort(key=lambda row: row.resolved_at or "", reverse=True)
    return AlarmsFacts(
        alarms=tuple(sorted([*recorded, *fresh], key=severity_order)),
        rules=len(RULES),
        checked=now,
        last_resolved=max((at for at in resolved if at is not None), default=None),
        closed=tuple(_recorded(source, row, now) for row in over[:CLOSED])
        if which == "open"
        else (),
        is_behind=is_behind(source),
    )


def _subject(alarm: AlarmFacts) -> tuple[str, str | None, str | None]:
    """Which rule, on what."""
    return _SAME.get(alarm.kind, alarm.kind), alarm.run_id, alarm.agent_id


def severity_order(alarm: AlarmFacts) -> tuple[bool, int, float]:
    """The sort key: unanswered before answered, then severity, then the newest first."""
    answered = alarm.status in ("acked", "snoozed", "resolved")
    return answered, _RANK.get(alarm.severity, 4), -(alarm.opened or 0.0)


def derive(source: Source, fleet: FleetFacts, now: float) -> list[AlarmFacts]:
    """What the console infers from the fleet, the gates and the file; each with its rows."""
    found = _together(alarm for run in fleet.runs for alarm in _of_run(run, now))
    budgets = _of_budgets(source, fleet, now)
    machines = [_of_machinery(source, each) for each in read_troubles(source, now).found]
    return [*found, *budgets, *_of_gates(source, now), *machines, *_of_file(source, now)]


def _together(alarms: Iterable[AlarmFacts]) -> list[AlarmFacts]:
    """One alarm for a writer that is gone, however many agents it left behind."""
    kept: list[AlarmFacts] = []
    gone: dict[tuple[str, ...], int] = {}
    for alarm in alarms:
        at = gone.get(alarm.evidence) if alarm.kind == "writer_gone" else None
        if at is None:
            if alarm.kind == "writer_gone":
                gone[alarm.evidence] = len(kept)
            kept.append(alarm)
            continue
        first = kept[at]
        where = first.where if alarm.run_id == first.run_id else f"{first.where.split('/')[0]} …"
        kept[at] = first._replace(count=first.count + 1, where=where)
    return kept


def _recorded(source: Source, row: Alarm, now: float) -> AlarmFacts:
    actions = source.all("alarms/actions", AlarmAction, alarm_id=row.id, limit=HISTORY)
    until = max((times.parse(a.until) or 0.0 for a in actions if a.action == "snooze"), default=0.0)
    status = "snoozed" if row.status == "open" and until > now else row.status
    return AlarmFacts(
        id=row.id,
        severity=clean(row.severity, 12),
        status=status,
        kind=clean(row.kind, 40),
        title=clean(row.title, 200),
        message=clean(row.message or "", 1000),
        where=run_or_agent_name(source, row.run_id, row.agent_id),
        count=int(row.count) if row.count == row.count else 1,
        opened=times.parse(row.opened_at),
        run_id=row.run_id,
        agent_id=row.agent_id,
        derived=bool(row.derived),
        evidence=(f"alarm {row.id}",),
        acked_by=clean(row.acked_by or "", 40),
        resolution=clean(row.resolution or "", 200),
        history=tuple([*map(_said, actions), *_before(source, row)][:HISTORY]),
        resolved=times.parse(row.resolved_at),
    )


def _said(action: AlarmAction) -> Past:
    note = f": {clean(action.note, 120)}" if action.note else ""
    who = clean(action.actor or "", 40)
    until = times.parse(action.until)
    return Past(times.parse(action.created_at), until, f"{action.action} by {who}{note}")


def _before(source: Source, row: Alarm) -> list[Past]:
    """When the same rule went off on the same object before."""
    if not row.dedupe_key:
        return []
    earlier = source.all(
        "alarms/same_key",
        Alarm,
        dedupe_key=row.dedupe_key,
        since=source.since("alarm", row.seq),
        seq=row.seq,
        limit=HISTORY,
    )
    return [
        Past(
            times.parse(old.opened_at),
            times.parse(old.resolved_at),
            clean(old.resolution or "ended", 120),
        )
        for old in earlier
    ]


def _inferred(
    kind: str,
    severity: str,
    title: str,
    since: float | None,
    where: str,
    run_id: str | None,
    agent_id: str | None = None,
    evidence: Iterable[str] = (),
) -> AlarmFacts:
    return AlarmFacts(
        id=f"{kind}:{agent_id or run_id or ''}",
        severity=severity,
        status="open",
        kind=kind,
        title=title,
        message="",
        where=where,
        count=1,
        opened=since,
        run_id=run_id,
        agent_id=agent_id,
        derived=True,
        evidence=tuple(evidence),
        acked_by="",
        resolution="",
        history=(),
    )


_STATES = {
    "SILENT": ("silent", "warning"),
    "LOOP?": ("loop", "warning"),
    "LIMITED": ("limited", "warning"),
    "lost": ("writer_gone", "error"),
}


def _title(kind: str, status: Status) -> str:
    """What stays true while the clock runs, in few words."""
    if kind == "writer_gone":
        return f"writer gone: {status.now.removesuffix(' is gone')}"
    return f"{kind}: {status.brief or status.now}"


def _of_run(run: RunFacts, now: float) -> list[AlarmFacts]:
    found = [alarm for agent in run.agents for alarm in _of_agent(run, agent, now)]
    kinds = {alarm.kind for alarm in found}
    kind, severity = _STATES.get(run.status.state, ("", ""))
    if kind and kind not in kinds:
        title = _title(kind, run.status)
        why = run.status.why
        found.append(
            _inferred(kind, severity, title, run.status.since, run.title, run.id, None, why)
        )
    return found


def _of_agent(run: RunFacts, agent: AgentFacts, now: float) -> list[AlarmFacts]:
    found: list[AlarmFacts] = []
    where = f"{run.title}/{agent.name}"
    status = agent.status

    def add(kind: str, severity: str, title: str, evidence: Iterable[str]) -> None:
        found.append(
            _inferred(kind, severity, title, status.since, where, run.id, agent.id, evidence)
        )

    kind, severity = _STATES.get(status.state, ("", ""))
    if kind:
        add(kind, severity, _title(kind, status), status.why)
    is_open = status.state not in ("done", "FAILED", "cancelled")
    if is_open and agent.context is not None and agent.context >= CONTEXT_FULL:
        share = f"{int(agent.context * 100)}%"
        add("context", "warning", f"context {share} full", (f"agent {agent.id}",))
    # One past its time that still waits is overdue: it expires no more.
    if status.deadline is not None and 0 <= status.deadline - now < EXPIRY_NEAR:
        add("gate_expiry", "warning", "a gate expires within a minute", status.why)
    if agent.unpriced and is_open:
        title = f"price missing: {agent.model or 'unknown model'}, {agent.unpriced} calls"
        add("price_missing", "info", title, (f"agent {agent.id}",))
    return found


def _of_budgets(source: Source, fleet: FleetFacts, now: float) -> list[AlarmFacts]:
    """Budgets that are nearly used, used up, or burnt fast."""
    titles = {run.id: run.title for run in fleet.runs}
    # The first to ask in a look says how much of the past may be summed in it: a little, so that
    # the alarms stand at once and those of budgets follow.
    today(source, now)
    return [
        _inferred(
            "budget",
            alarm.severity,
            clean(alarm.title, 200),
            None,
            titles.get(alarm.run_id or "", "costs"),
            alarm.run_id,
            alarm.agent_id,
            alarm.evidence,
        )._replace(id=alarm.key, message=clean(alarm.message, 500))
        for alarm in budget_alarms(read_budgets(source, now))
    ]


class _Answered(NamedTuple):
    id: str
    run_id: str | None
    agent_id: str | None
    title: str
    status: str
    decided_at: str | None
    picked_up_at: str | None


def _of_gates(source: Source, now: float) -> list[AlarmFacts]:
    """Answers of the last hour that their agents have not read, where rows tell that at all."""
    found: list[AlarmFacts] = []
    if not source.system.tells_pickup:
        return found
    for gate in source.all("alarms/answered_gates", _Answered, limit=50):
        decided = times.parse(gate.decided_at)
        if gate.status not in ("approved", "rejected") or gate.picked_up_at or decided is None:
            continue
        if PICKUP_SECONDS < now - decided < _HOUR:
            title = f"{gate.status}, not picked up: {clean(gate.title, 120)}"
            where = run_or_agent_name(source, gate.run_id, gate.agent_id)
            row = (f"approval {gate.id}",)
            found.append(
                _inferred(
                    "undelivered", "error", title, decided, where, gate.run_id, gate.agent_id, row
                )
            )
    return found


def _of_machinery(source: Source, trouble: Trouble) -> AlarmFacts:
    where = run_or_agent_name(source, trouble.run_id, trouble.agent_id)
    return _inferred(
        trouble.kind,
        trouble.severity,
        trouble.title,
        trouble.since,
        where or _PLACES.get(trouble.kind, ""),
        trouble.run_id,
        trouble.agent_id,
        trouble.evidence,
    )._replace(id=trouble.id, message=trouble.message, count=trouble.count)


_PLACES = {
    "heartbeat_missed": "health",
    "task_stuck": "tasks",
    "schedule_backlog": "schedules",
    "watcher_errors": "watchers",
    "check_failed": "checks",
}
"""Where in Operations a trouble without a run is found."""


def _of_file(source: Source, now: float) -> list[AlarmFacts]:
    look = source.look().file
    if look.wal_size > max(WAL_LARGE, 4 * look.size):
        title = f"wal growing: {look.wal_size // 1_000_000} MB, a reader holds it open"
        return [_inferred("wal", "warning", title, now, "source", None, None, ())]
    return []
