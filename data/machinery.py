"""The machinery around the agents as it stands: late, stuck, missed, failed, and since when.

Tasks, schedules, watchers, rules, heartbeats, routes and checks are read by their order of
appending, so that a read costs the same whatever the file holds; what stands further back than the
newest rows is told only where it is open and near enough. LATE, STUCK and MISSED are inferred from
times; the others are the rows' own words.
"""

from collections.abc import Iterable
from math import isfinite
from typing import Any, NamedTuple

from . import times
from .rows import OVER, Check, Health, Route, Rule, Schedule, Task, Watcher
from .source import Source

WINDOW = 200
"""The newest rows of a relation that are read."""

REACH = 5_000
"""Places back from the newest task within which one that is not over is always read."""

FIRST_HEARTBEATS = 2_000
"""Heartbeats looked through at first for their parts; later only those that were added."""

PARTS = 200
"""Parts of the system whose last heartbeat is kept."""

GRACE = 30.0
"""Seconds after its time at which a beat or a start is late: one more beat of the usual 30 s."""

STUCK = 900.0
"""Seconds without an update after which a running task is stuck."""

FAR = 2**62
"""Beyond every seq."""

CALM = 9
"""The rank of what asks for nothing."""


class Standing(NamedTuple):
    """How one row stands, in the console's words."""

    state: str
    """In capitals where it asks for attention."""
    since: float | None
    """Epoch seconds since when; None: not known."""
    rank: int
    """The order of urgency: 0 first."""
    is_inferred: bool = False
    """The console concludes it from a time; no row says so."""
    turns: float | None = None
    """Epoch seconds at which it will stand worse if nothing is written; None: it will not."""
    says: str = ""
    """What made it so, in a few words."""


class Machinery(NamedTuple):
    """The newest rows of each kind, and tasks that are not over."""

    tasks: tuple[Task, ...]
    """Without steps, newest first."""
    schedules: tuple[Schedule, ...]
    watchers: tuple[Watcher, ...]
    health: tuple[Health, ...]
    """The last heartbeat of each part, newest first."""
    checks: tuple[Check, ...]
    """Newest first."""


def read_machinery(source: Source) -> Machinery:
    """What can be late, stuck, missed or failed."""
    return Machinery(
        tasks=tuple(open_tasks(source)),
        schedules=tuple(read_schedules(source)),
        watchers=tuple(read_watchers(source)),
        health=tuple(read_health(source)),
        checks=tuple(read_checks(source)),
    )


def newest_tasks(source: Source, limit: int = WINDOW) -> list[Task]:
    """The newest tasks, their steps left out."""
    return source.all("operations/tasks", Task, limit=limit)


def open_tasks(source: Source, limit: int = WINDOW) -> list[Task]:
    """Tasks that are not over, as far back as is looked; their steps left out."""
    newest = newest_tasks(source, limit)
    if not newest:
        return []
    since = newest[0].seq - REACH
    near = source.all("operations/tasks_open", Task, since=since, limit=limit)
    # Where several tables make the tasks, each may have its own range of places.
    found = {task.id: task for task in [*near, *newest] if task.status not in OVER}
    return list(found.values())


def read_schedules(source: Source, limit: int = WINDOW) -> list[Schedule]:
    """The newest schedules."""
    return source.all("listing/schedules", Schedule, before=FAR, limit=limit)


def read_watchers(source: Source, limit: int = WINDOW) -> list[Watcher]:
    """The newest watchers."""
    return source.all("listing/watchers", Watcher, before=FAR, limit=limit)


def read_rules(source: Source, limit: int = WINDOW) -> list[Rule]:
    """The newest rules."""
    return source.all("listing/rules", Rule, before=FAR, limit=limit)


def read_routes(source: Source, limit: int = WINDOW) -> list[Route]:
    """The newest routing decisions."""
    since = source.since("route", newest_place(source, "route"))
    return source.all("operations/routes", Route, since=since, limit=limit)


def read_checks(source: Source, limit: int = WINDOW) -> list[Check]:
    """The newest checks."""
    return source.all("operations/checks", Check, limit=limit)


def read_health(source: Source) -> list[Health]:
    """The last heartbeat of each part; a part is remembered when only others beat since."""
    after, parts = source.memo.get("heartbeats", (0, {}))
    # The last ones are read anew as well: some systems keep one row for each part, and change it.
    since = after - WINDOW if parts else -FAR
    beats = source.all("operations/health", Health, after=since, limit=FIRST_HEARTBEATS)
    if not beats and parts:
        # They were removed, and with them what is remembered.
        beats, parts = source.all("operations/health", Health, after=-FAR, limit=WINDOW), {}
    newest = parts | {beat.component: beat for beat in reversed(beats)}
    kept = sorted(newest.values(), key=lambda beat: beat.seq, reverse=True)[:PARTS]
    if kept:
        source.memo["heartbeats"] = (kept[0].seq, {beat.component: beat for beat in kept})
    return kept


def newest_place(source: Source, relation: str) -> int:
    """The last place of the log, where rows of `relation` are picked out of it; else 0."""
    if relation not in source.system.reach:
        return 0
    last = source.raw("headline/last_event")
    return int(last[0][0]) if last and isinstance(last[0][0], int) else 0


# How each stands


def task_standing(
    task: Task, now: float, moved: float | None = None, *, is_held: bool = False
) -> Standing:
    """How a task or step stands; `moved`: when the newest of its parts was written.

    `is_held`: a part of it waits for a person.
    """
    wake = times.parse(task.next_wake_at)
    last = max(filter(None, (times.parse(task.updated_at), moved)), default=None)
    last = last if last is not None else times.parse(task.started_at)
    if is_held and task.status in ("pending", "running", "paused"):
        # It is asked again and again whether it may go on: that it is not on time is the person's.
        return Standing("WAITING", last, 1, says="a part of it waits for a person")
    if task.status in ("pending", "running") and wake is not None:
        if now > wake + GRACE:
            return Standing("LATE", wake, 0, True, says="its time to wake is past")
        return Standing(task.status, last, 5, turns=wake + GRACE)
    if task.status == "running":
        if last is not None and now > last + STUCK:
            return Standing("STUCK", last, 0, True, says="runs, and nothing was written since")
        return Standing("running", last, 4, turns=None if last is None else last + STUCK)
    ended = times.parse(task.ended_at)
    return {
        "waiting": Standing("WAITING", last, 1, says="a person is needed"),
        "failed": Standing("FAILED", ended or last, 2),
        "paused": Standing("paused", last, 5),
        "pending": Standing("pending", last, 6),
        "completed": Standing("done", ended or last, CALM),
        "cancelled": Standing("cancelled", ended or last, CALM),
    }.get(task.status, Standing(task.status, last, 6))


def schedule_standing(schedule: Schedule, now: float) -> Standing:
    """Enabled with its next run in the past: late; the rest of it was missed or is on time."""
    due, last = times.parse(schedule.next_run_at), times.parse(schedule.last_run_at)
    if not schedule.enabled:
        return Standing("off", None, CALM)
    missed = _whole(schedule.missed)
    if due is not None and now > due + GRACE:
        says = "its next run is in the past" + (f", {missed} missed" if missed else "")
        return Standing("LATE", due, 0, True, says=says)
    turns = None if due is None else due + GRACE
    if missed:
        return Standing("MISSED", last, 2, turns=turns, says=f"{missed} missed")
    return Standing("on time" if due is not None else "idle", last, 5, turns=turns)


def watcher_standing(watcher: Watcher) -> Standing:
    """Errors in a row first."""
    ticked = times.parse(watcher.last_tick_at)
    errors = _whole(watcher.consecutive_errors)
    if not watcher.enabled:
        return Standing("off", ticked, CALM)
    if errors:
        return Standing("ERRORS", ticked, 1, says=f"{errors} errors in a row")
    if watcher.last_outcome == "suppressed":
        return Standing("quiet", ticked, 5, says="what it saw was suppressed")
    return Standing("ok", ticked, 6)


def rule_standing(rule: Rule) -> Standing:
    """On or off; what fired stands before what never did."""
    fired = times.parse(rule.last_fired_at)
    if not rule.enabled:
        return Standing("off", fired, CALM)
    return Standing("on", fired, 5 if fired is not None else 6)


def health_standing(beat: Health, now: float) -> Standing:
    """A part whose next heartbeat is past its time is missed, whatever it said last."""
    heard, due = times.parse(beat.recorded_at), times.parse(beat.next_expected_at)
    if due is not None and now > due + GRACE:
        return Standing("MISSED", due, 0, True, says=f"{beat.status} when last heard")
    turns = None if due is None else due + GRACE
    if beat.status == "down":
        return Standing("DOWN", heard, 0, turns=turns)
    if beat.status == "degraded":
        return Standing("DEGRADED", heard, 2, turns=turns)
    return Standing(beat.status or "unknown", heard, 6, turns=turns)


def check_standing(check: Check, is_newest: bool) -> Standing:
    """Failed, unless the same check of the same run was made again since."""
    at = times.parse(check.created_at)
    if check.status == "failed" and is_newest:
        return Standing("FAILED", at, 1)
    return Standing("failed" if check.status == "failed" else check.status, at, 6)


def route_standing(route: Route) -> Standing:
    """Gated or free: a routing decision owes nothing."""
    is_gated = bool(route.gates) and route.gates not in ("[]", "{}", "null")
    return Standing("gated" if is_gated else "free", times.parse(route.created_at), 5)


def newest_of_their_kind(checks: Iterable[Check]) -> frozenset[str]:
    """The ids of checks, newest first, that no later one of the same run and kind replaces."""
    seen: set[tuple[str | None, str]] = set()
    newest = set()
    for check in checks:
        if (check.run_id, check.kind) not in seen:
            seen.add((check.run_id, check.kind))
            newest.add(check.id)
    return frozenset(newest)


def _whole(number: Any) -> int:
    """A count as the file has it; what is no number counts nothing."""
    return int(number) if isinstance(number, int | float) and isfinite(number) else 0


def urgency(standing: Standing) -> tuple[int, float]:
    """The sort key: rank, then what has stood longest; of what is calm, the newest first."""
    since = standing.since if standing.since is not None else 0.0
    return standing.rank, since if standing.rank <= 2 else -since
