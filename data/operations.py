"""What stands around the agents, a tab each: tasks, schedules, watchers, rules, health and more.

Late, stuck and missed rows come first, with since when. Reads are those of `machinery`: the newest
rows of each kind, tasks that are not over, and the parts of those that a person would look into.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from . import machinery, times
from .belongings import Belongings, read_belongings
from .events import run_or_agent_name
from .machinery import CALM, WINDOW, Standing
from .records import Record, read_records
from .rows import Check, Health, Route, Rule, Schedule, Task, Watcher
from .source import Source
from .text import clean

TABS = ("tasks", "schedules", "watchers", "rules", "health", "routing", "checks", "records")
"""In the order they stand; each is there only where the source has it."""

RELATION_OF = {
    "tasks": "task",
    "schedules": "schedule",
    "watchers": "watcher",
    "rules": "rule",
    "health": "health",
    "routing": "route",
    "checks": "check",
}

LOOKED_INTO = 150
"""Tasks whose parts are read at one look, the most urgent first."""

PARTS = 50
"""Parts of one task that are read."""

ABOVE = 8
"""Levels above a task that are read."""

URGENT = 2
"""Ranks up to this ask for attention."""

Values = Mapping[str, str | float | int | None]


class Entry(NamedTuple):
    """One row of a tab."""

    tab: str
    key: str
    """The relation and the row's id."""
    standing: Standing
    title: str
    where: str
    """The run it belongs to, by its title."""
    run_id: str | None
    values: Values
    """What else is known of it, cleaned; times are epoch seconds."""
    parent: str = ""
    """The key of the task it is a part of, where that is shown too."""
    kind: str = ""


class Line(NamedTuple):
    """One entry as it stands in the tree: with its place, and what is folded under it."""

    entry: Entry
    lasts: tuple[bool, ...]
    """Of each level from the root, whether it is the last there."""
    folded: int
    """Parts that are known and not shown."""


class Tab(NamedTuple):
    """One kind of machinery."""

    name: str
    entries: tuple[Entry, ...]
    """The most urgent first; parts of tasks after their whole."""
    is_cut: bool
    """Whether older ones were left out."""

    @property
    def urgent(self) -> int:
        """How many ask for attention."""
        return sum(entry.standing.rank <= URGENT for entry in self.entries)


@dataclass(frozen=True)
class OperationsFacts:
    """Every tab the source has, and why it has no others."""

    tabs: tuple[Tab, ...]
    records: tuple[Record, ...]
    lacks: tuple[tuple[str, str], ...]
    """Each tab that is not there, and why the source has none; "" where it only has no rows."""
    system: str
    """The system's name."""
    about: Belongings | None = None
    """What belongs to the selected row, where that is known."""


def read_operations(
    source: Source,
    now: float,
    *,
    limit: int = WINDOW,
    opened: Iterable[str] = (),
    counts: bool = False,
    selected: str = "",
) -> OperationsFacts:
    """The newest `limit` rows of each kind; `opened`: tasks whose parts are wanted as well.

    `counts`: the tables no relation covers are counted, each as far as is cheap. `selected`: the
    key of the row of which is told what belongs to it.
    """
    readers: dict[str, Callable[[], Tab]] = {
        "tasks": lambda: _tasks(source, now, limit, opened),
        "schedules": lambda: _tab("schedules", _schedules(source, now, limit), limit),
        "watchers": lambda: _tab("watchers", _watchers(source, limit), limit),
        "rules": lambda: _tab("rules", _rules(source, limit), limit),
        "health": lambda: _tab("health", _health(source, now), machinery.PARTS),
        "routing": lambda: _tab("routing", _routes(source, limit), limit),
        "checks": lambda: _tab("checks", _checks(source, limit), limit),
    }
    found = [reader() for name, reader in readers.items() if RELATION_OF[name] not in source.lacks]
    tabs = tuple(tab for tab in found if tab.entries)
    there = {tab.name for tab in tabs}
    lacks = [
        (name, source.lacks.get(RELATION_OF[name], "")) for name in RELATION_OF if name not in there
    ]
    records = read_records(source, counts=counts)
    row = next((each for tab in tabs for each in tab.entries if each.key == selected), None)
    about = read_belongings(source, row.key, row.tab, row.kind) if row is not None else None
    return OperationsFacts(tabs, records, tuple(lacks), source.system.name, about)


def _tab(name: str, entries: Iterable[Entry], limit: int) -> Tab:
    listed = sorted(entries, key=lambda entry: machinery.urgency(entry.standing))
    return Tab(name, tuple(listed), len(listed) >= limit)


# Tasks, as a tree


def _tasks(source: Source, now: float, limit: int, opened: Iterable[str]) -> Tab:
    newest = machinery.newest_tasks(source, limit)
    if not newest:
        # A source whose tasks are all called steps.
        newest = source.all("operations/tasks_any", Task, limit=limit)
    known = {task.id: task for task in [*newest, *machinery.open_tasks(source, limit)]}
    _add_wholes(source, known)
    _add_parts(source, known, now, opened)
    return Tab("tasks", tuple(_task_entries(source, known, now)), len(newest) >= limit)


def _add_wholes(source: Source, known: dict[str, Task]) -> None:
    """What the tasks are parts of, up to the roots."""
    wanted = {task.parent_id for task in known.values()} - known.keys()
    for _ in range(ABOVE):
        found = [
            task
            for parent_id in sorted(filter(None, wanted))
            for task in source.all("operations/task", Task, id=parent_id)
        ]
        known.update((task.id, task) for task in found)
        wanted = {task.parent_id for task in found} - known.keys()
        if not wanted:
            return


def _add_parts(source: Source, known: dict[str, Task], now: float, opened: Iterable[str]) -> None:
    """The parts of tasks that a person looks into: opened by hand, failed, or not over."""
    asked = [known[task_id] for task_id in opened if task_id in known]
    going = [task for task in known.values() if task.status not in ("completed", "cancelled")]
    going.sort(key=lambda task: machinery.urgency(machinery.task_standing(task, now)))
    queue, seen = [*asked, *going], set[str]()
    while queue and len(seen) < LOOKED_INTO:
        task = queue.pop(0)
        if task.id in seen:
            continue
        seen.add(task.id)
        for part in source.all("operations/tasks_within", Task, parent_id=task.id, limit=PARTS):
            if part.id not in known:
                known[part.id] = part
                if part.status not in ("completed", "cancelled"):
                    queue.append(part)


def _task_entries(source: Source, known: Mapping[str, Task], now: float) -> list[Entry]:
    """Each task after its whole; wholes by the most urgent of their parts, steps in order."""
    inside: dict[str | None, list[Task]] = {}
    for task in known.values():
        whole = task.parent_id if task.parent_id in known and task.parent_id != task.id else None
        inside.setdefault(whole, []).append(task)
    entries: list[Entry] = []
    moved, held, ranks = _upwards(inside, now)

    def place(whole: str | None, parent: str, above: frozenset[str]) -> None:
        for task in sorted(inside.get(whole, ()), key=order):
            if task.id in above:
                continue
            standing = machinery.task_standing(
                task, now, moved.get(task.id), is_held=task.id in held
            )
            entry = _task_entry(source, task, standing, parent)
            entries.append(entry)
            if len(above) < ABOVE * 2:
                place(task.id, entry.key, above | {task.id})

    def order(task: Task) -> tuple[int, float, int]:
        if task.kind == "step":
            return (0, 0.0, task.seq)
        rank, since = ranks[task.id]
        return (rank, since, -task.seq)

    place(None, "", frozenset())
    return entries


def _upwards(
    inside: Mapping[str | None, Sequence[Task]], now: float
) -> tuple[dict[str, float], set[str], dict[str, tuple[int, float]]]:
    """Of each task, when the newest of its parts was written, and the most urgent in it.

    Between them: the tasks held by a step that waits for a person. What has a plan below it, and
    no steps, goes on with the rest of it.
    """
    moved: dict[str, float] = {}
    held: set[str] = set()
    ranks: dict[str, tuple[int, float]] = {}

    def climb(task: Task, above: frozenset[str]) -> None:
        newest = times.parse(task.updated_at) or 0.0
        parts = [part for part in inside.get(task.id, ()) if part.id not in above]
        if len(above) < ABOVE * 2:
            for part in parts:
                climb(part, above | {part.id})
        newest = max([newest, *(moved.get(part.id, 0.0) for part in parts)])
        moved[task.id] = newest
        if any(part.kind == "step" and part.status == "waiting" for part in parts):
            held.add(task.id)
        standing = machinery.task_standing(task, now, newest or None, is_held=task.id in held)
        own = machinery.urgency(standing)
        ranks[task.id] = min([own, *(ranks[part.id] for part in parts if part.id in ranks)])

    for task in (each for tasks in inside.values() for each in tasks):
        if task.id not in ranks:
            climb(task, frozenset({task.id}))
    return moved, held, ranks


def _task_entry(source: Source, task: Task, standing: Standing, parent: str) -> Entry:
    return Entry(
        tab="tasks",
        key=f"task {task.id}",
        standing=standing,
        title=clean(task.title, 200),
        where=run_or_agent_name(source, task.run_id, None),
        run_id=task.run_id,
        values={
            "id": clean(task.id, 80),
            "kind": clean(task.kind, 40),
            "status": clean(task.source_status or task.status, 40),
            "attempt": task.attempt,
            "of": task.max_attempts,
            "wakes": times.parse(task.next_wake_at),
            "started": times.parse(task.started_at),
            "updated": times.parse(task.updated_at),
            "ended": times.parse(task.ended_at),
            "error": clean(task.error or "", 500),
        },
        parent=parent,
        kind=clean(task.kind, 40),
    )


def tree(entries: Sequence[Entry], is_folded: Callable[[Entry, int], bool]) -> list[Line]:
    """The entries as lines, each after its whole, without what is folded.

    `is_folded` is asked of each entry that has parts, with the best rank of these.
    """
    inside: dict[str, list[Entry]] = {}
    keys = {entry.key for entry in entries}
    for entry in entries:
        inside.setdefault(entry.parent if entry.parent in keys else "", []).append(entry)
    lines: list[Line] = []

    def place(parent: str, lasts: tuple[bool, ...]) -> None:
        parts = inside.get(parent, [])
        for index, entry in enumerate(parts):
            mine = (*lasts, index == len(parts) - 1) if parent else ()
            below = _below(inside, entry.key)
            best = min((each.standing.rank for each in below), default=CALM)
            folded = bool(below) and is_folded(entry, best)
            lines.append(Line(entry, mine, len(below) if folded else 0))
            if not folded:
                place(entry.key, mine)

    place("", ())
    return lines


def _below(inside: Mapping[str, Sequence[Entry]], key: str) -> list[Entry]:
    """Everything under an entry."""
    found: list[Entry] = []
    queue = list(inside.get(key, ()))
    while queue:
        entry = queue.pop()
        found.append(entry)
        queue += inside.get(entry.key, ())
    return found


# The other tabs


def _schedules(source: Source, now: float, limit: int) -> Iterable[Entry]:
    for row in machinery.read_schedules(source, limit):
        yield _entry(
            "schedules",
            f"schedule {row.id}",
            machinery.schedule_standing(row, now),
            row.name or row.id,
            _schedule_values(row),
        )


def _schedule_values(row: Schedule) -> Values:
    return {
        "id": clean(row.id, 80),
        "kind": clean(row.kind, 20),
        "spec": clean(row.spec, 80),
        "zone": clean(row.timezone or "", 40),
        "next": times.parse(row.next_run_at),
        "last": times.parse(row.last_run_at),
        "missed": row.missed,
    }


def _watchers(source: Source, limit: int) -> Iterable[Entry]:
    for row in machinery.read_watchers(source, limit):
        standing = machinery.watcher_standing(row)
        title = row.name or row.id
        yield _entry("watchers", f"watcher {row.id}", standing, title, _watcher_values(row))


def _watcher_values(row: Watcher) -> Values:
    return {
        "id": clean(row.id, 80),
        "tick": times.parse(row.last_tick_at),
        "outcome": clean(row.last_outcome or "", 40),
        "errors": row.consecutive_errors,
        "suppressed": row.suppressed,
    }


def _rules(source: Source, limit: int) -> Iterable[Entry]:
    for row in machinery.read_rules(source, limit):
        standing = machinery.rule_standing(row)
        yield _entry("rules", f"rule {row.id}", standing, row.name or row.id, _rule_values(row))


def _rule_values(row: Rule) -> Values:
    return {
        "id": clean(row.id, 80),
        "priority": row.priority,
        "hits": row.hits,
        "fired": times.parse(row.last_fired_at),
        "reason": clean(row.last_reason or "", 200),
        "conditions": clean(row.conditions or "", 500),
        "actions": clean(row.actions or "", 500),
    }


def _health(source: Source, now: float) -> Iterable[Entry]:
    for row in machinery.read_health(source):
        standing = machinery.health_standing(row, now)
        title = row.component or "the system"
        yield _entry("health", f"health {row.component}", standing, title, _health_values(row))


def _health_values(row: Health) -> Values:
    return {
        "version": clean(row.version or "", 40),
        "status": clean(row.source_status or row.status, 40),
        "heard": times.parse(row.recorded_at),
        "due": times.parse(row.next_expected_at),
        "details": clean(row.details or "", 500),
    }


def _routes(source: Source, limit: int) -> Iterable[Entry]:
    for row in machinery.read_routes(source, limit):
        standing = machinery.route_standing(row)
        yield _entry(
            "routing",
            f"route {row.id}",
            standing,
            row.event,
            _route_values(row),
            where=run_or_agent_name(source, row.run_id, None),
            run_id=row.run_id,
        )


def _route_values(row: Route) -> Values:
    return {
        "id": clean(row.id, 80),
        "decision": clean(row.decision, 120),
        "lane": clean(row.lane or "", 40),
        "risk": clean(row.risk or "", 20),
        "gates": clean(row.gates or "", 300),
        "reason": clean(row.reason or "", 300),
        "at": times.parse(row.created_at),
    }


def _checks(source: Source, limit: int) -> Iterable[Entry]:
    rows = machinery.read_checks(source, limit)
    newest = machinery.newest_of_their_kind(rows)
    for row in rows:
        yield _entry(
            "checks",
            f"check {row.id}",
            machinery.check_standing(row, row.id in newest),
            row.kind,
            _check_values(row),
            where=run_or_agent_name(source, row.run_id, None),
            run_id=row.run_id,
        )


def _check_values(row: Check) -> Values:
    return {
        "id": clean(row.id, 80),
        "output": clean(row.output or "", 1_000),
        "at": times.parse(row.created_at),
    }


def _entry(
    tab: str,
    key: str,
    standing: Standing,
    title: str,
    values: Values,
    *,
    where: str = "",
    run_id: str | None = None,
) -> Entry:
    # The row's own words are cleaned here, for a screen; the state is one of the console's.
    shown: Any = standing._replace(state=clean(standing.state, 20), says=clean(standing.says, 200))
    return Entry(tab, key, shown, clean(title, 200), where, run_id, values)
