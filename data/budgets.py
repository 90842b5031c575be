"""Budgets: what is used of each, how long it lasts at the present rate, and where it will end.

A *plan* is a limit spread evenly over its budget's period: for a day eight hours of work; for a run
or an agent what the median past run of the project took, or an hour where there are too few.
FAST BURN is a five-minute rate above six times the plan while the hour's is above three times; a
day's budget must also end before the day does. A project's budget counts all that is on record: it
has no period, so no plan, and only warns when it is nearly used.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from . import times
from .burn import HOUR, SHORT_MINUTES, Burn, Burnt, read_burn
from .call_ledger import CHUNK as CALLS_CHUNK
from .call_ledger import FEW as FEW_CALLS
from .call_ledger import read_calls_by_hour
from .cost_totals import CHUNK as HOURS_CHUNK
from .cost_totals import Question, Reading, micros_of, read_hours
from .rows import OVER, Budget
from .source import Source
from .text import clean

State = Literal["ok", "warn", "over", "FAST BURN"]

WARN_SHARE = 0.9
FAST_SHORT, FAST_LONG = 6.0, 3.0
"""How many times the plan the rates of five minutes and of an hour must pass."""

SAMPLES_NEEDED = 5
MOST_SAMPLES = 50
LATEST_RUNS = 200
"""Runs looked through, newest first, for past ones of a project."""

DAY = 24 * HOUR
WORKDAY = 8 * HOUR
FORECAST_DAYS = 30


class Limits(NamedTuple):
    """Limits in USD that hold where the source has none of its own, as configured."""

    day: float | None = None
    run: float | None = None
    agent: float | None = None
    projects: Mapping[str, float] = {}


class BudgetFacts(NamedTuple):
    """One budget as it stands now. Money is micro-dollars, rates are those of a minute."""

    scope: str
    """day, run, agent or project."""
    key: str
    name: str
    limit: int
    used: int
    is_floor: bool
    """Some of its calls have no price, or are not read yet."""
    short_rate: float
    """Of the last five minutes."""
    long_rate: float
    """Of the last hour."""
    plan_rate: float | None
    """None: a budget without a period."""
    left: float | None
    """Seconds until the limit at the present rate; None: nothing is spent at present."""
    forecast: tuple[int, int] | None
    """Where it ends, 10 to 90 percent; None: too few samples."""
    samples: int
    state: State
    run_id: str | None
    agent_id: str | None

    @property
    def share(self) -> float:
        """Used of the limit, 1 is all."""
        return self.used / self.limit


class BudgetAlarm(NamedTuple):
    """An alarm the console derives from a budget; no row says it."""

    severity: str
    """critical or warning."""
    title: str
    message: str
    run_id: str | None
    agent_id: str | None
    evidence: tuple[str, ...]
    key: str
    """The same for the same trouble from look to look."""


@dataclass(frozen=True)
class _PastRun:
    micros: int
    seconds: float
    agents: Mapping[str, int]
    """What each agent name cost."""


class RunSeen(NamedTuple):
    """One run without its rows: a row of `costs/run` and `costs/latest_runs`."""

    id: str
    title: str
    project: str | None
    status: str
    started_at: str | None
    ended_at: str | None


class _AgentSeen(NamedTuple):
    id: str
    run_id: str
    name: str


class _Used(NamedTuple):
    agent_id: str
    cost_usd: float | None
    unpriced: int


def read_budgets(
    source: Source, now: float, limits: Limits | None = None, burn: Burn | None = None
) -> list[BudgetFacts]:
    """Every budget of the source, then the configured ones it does not name; the day's first."""
    burn = burn or read_burn(source, now)
    rows = source.all("fleet/budgets", Budget)
    wanted = {(row.scope, row.key): micros_of(row.limit_usd) or 0 for row in rows}
    for (scope, key), limit in _configured(limits or Limits(), burn, wanted).items():
        wanted.setdefault((scope, key), limit)
    found = [
        facts
        for (scope, key), limit in wanted.items()
        # A scope nobody knows is no budget.
        if limit > 0
        and scope in _READERS
        and (facts := _READERS[scope](source, key, limit, burn)) is not None
    ]
    return sorted(found, key=lambda facts: _SCOPES.index(facts.scope))


_SCOPES = ("day", "run", "agent", "project")


def _configured(
    limits: Limits, burn: Burn, named: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str], int]:
    """The configured limits: of runs and agents only for those that spent in the last hour."""
    found: dict[tuple[str, str], int] = {}
    if limits.day and not any(scope == "day" for scope, _ in named):
        found["day", ""] = micros_of(limits.day) or 0
    for project, usd in limits.projects.items():
        found["project", project] = micros_of(usd) or 0
    for call in burn.calls:
        if limits.run and call.micros:
            found["run", call.run_id] = micros_of(limits.run) or 0
        if limits.agent and call.micros:
            found["agent", call.agent_id] = micros_of(limits.agent) or 0
    return found


def totals(source: Source, question: Question, now: float, chunk: int | None = None) -> Reading:
    """The sums of a question, from the source's own totals where it keeps them.

    The first to ask in a tick says how many rows that are not read yet may be read: its `chunk`, of
    calls only a few where it names one.
    """
    if source.system.name == "vedette":
        return read_hours(source, question, now, chunk or HOURS_CHUNK)
    return read_calls_by_hour(source, question, now, CALLS_CHUNK if chunk is None else FEW_CALLS)


def midnight(now: float) -> float:
    """When the local day began, in epoch seconds."""
    local = time.localtime(now)
    return time.mktime((local.tm_year, local.tm_mon, local.tm_mday, 0, 0, 0, 0, 0, -1))


def _day(source: Source, key: str, limit: int, burn: Burn) -> BudgetFacts:
    now, began = burn.now, midnight(burn.now)
    reading = totals(source, Question("", times.hour(began)), now)
    used = reading.settled.total.micros + reading.moving.total.micros
    unpriced = reading.settled.total.unpriced + reading.moving.total.unpriced
    samples = [used + rest for rest in _rests_of_days(source, now)]
    left_today = began + DAY - now
    return _facts(
        "day",
        key,
        "day",
        limit,
        used,
        burn,
        period=WORKDAY,
        samples=samples,
        is_floor=unpriced > 0 or reading.reached is not None,
        ends_in=left_today,
    )


def _rests_of_days(source: Source, now: float) -> list[int]:
    """What past days with any spending cost after the present time of day."""
    today = midnight(now)
    first = times.hour(today - FORECAST_DAYS * DAY)
    reading = totals(source, Question("hour", first), now)
    rests: dict[int, int] = {}
    for sums in (reading.settled.groups, reading.moving.groups):
        for hour, spent in sums.items():
            at = times.parse(f"{hour}:00") if hour else None
            if at is None or at >= today:
                continue
            days_ago = math.ceil((today - at) / DAY)
            is_later = at - (today - days_ago * DAY) >= now - today
            rests[days_ago] = rests.get(days_ago, 0) + (spent.micros if is_later else 0)
    return list(rests.values())


def _run(source: Source, key: str, limit: int, burn: Burn) -> BudgetFacts | None:
    run = _run_seen(source, key)
    if run is None:
        return None
    rows = source.all("costs/usage_of_run", _Used, run_id=key)
    past = _past_runs(source, run)
    return _facts(
        "run",
        key,
        f"run {clean(run.title, 80)}",
        limit,
        sum(micros_of(row.cost_usd) or 0 for row in rows),
        burn,
        period=_usual(past),
        samples=[each.micros for each in past],
        is_floor=any(row.unpriced for row in rows),
        run_id=key,
        wanted=lambda call: call.run_id == key,
    )


def _agent(source: Source, key: str, limit: int, burn: Burn) -> BudgetFacts | None:
    found = source.raw("costs/agent", agent_id=key)
    used = source.one("costs/usage_of_agent", _Used, agent_id=key)
    if not found or used is None:
        return None
    agent = _AgentSeen(*(str(found[0][at]) for at in (1, 2, 3)))
    run = _run_seen(source, agent.run_id)
    past = _past_runs(source, run) if run is not None else []
    return _facts(
        "agent",
        key,
        f"agent {clean(agent.name, 80)}",
        limit,
        micros_of(used.cost_usd) or 0,
        burn,
        period=_usual(past),
        samples=[each.agents[agent.name] for each in past if agent.name in each.agents],
        is_floor=used.unpriced > 0,
        run_id=agent.run_id,
        agent_id=key,
        wanted=lambda call: call.agent_id == key,
    )


def _project(source: Source, key: str, limit: int, burn: Burn) -> BudgetFacts:
    reading = totals(source, Question("project"), burn.now)
    parts = [sums.groups[key] for sums in (reading.settled, reading.moving) if key in sums.groups]
    runs: dict[str, bool] = {}

    def is_of_project(call: Burnt) -> bool:
        if call.run_id not in runs:
            run = _run_seen(source, call.run_id)
            runs[call.run_id] = run is not None and run.project == key
        return runs[call.run_id]

    return _facts(
        "project",
        key,
        f"project {clean(key, 80)}",
        limit,
        sum(part.micros for part in parts),
        burn,
        period=None,
        samples=[],
        is_floor=any(part.unpriced for part in parts) or reading.reached is not None,
        wanted=is_of_project,
    )


_READERS: dict[str, Callable[[Source, str, int, Burn], BudgetFacts | None]] = {
    "day": _day,
    "run": _run,
    "agent": _agent,
    "project": _project,
}


def _facts(
    scope: str,
    key: str,
    name: str,
    limit: int,
    used: int,
    burn: Burn,
    *,
    period: float | None,
    samples: Sequence[int],
    is_floor: bool,
    ends_in: float = float("inf"),
    run_id: str | None = None,
    agent_id: str | None = None,
    wanted: Callable[[Burnt], bool] | None = None,
) -> BudgetFacts:
    short, long = burn.rate(SHORT_MINUTES, wanted), burn.rate(60, wanted)
    plan = limit / (period / 60) if period else None
    left = max(0, limit - used) / short * 60 if short > 0 else None
    is_fast = plan is not None and short > FAST_SHORT * plan and long > FAST_LONG * plan
    is_fast = is_fast and left is not None and left < ends_in
    state = _state(used / limit, is_fast)
    return BudgetFacts(
        scope,
        key,
        name,
        limit,
        used,
        is_floor,
        short,
        long,
        plan,
        left,
        forecast(samples, used),
        len(samples),
        state,
        run_id,
        agent_id,
    )


def _state(share: float, is_fast: bool) -> State:
    if share >= 1:
        return "over"
    if is_fast:
        return "FAST BURN"
    return "warn" if share >= WARN_SHARE else "ok"


def forecast(samples: Sequence[int], used: int) -> tuple[int, int] | None:
    """Where what has used so much will end, 10 to 90 percent of the samples; None: too few.

    Nothing ends below what it has used.
    """
    if len(samples) < SAMPLES_NEEDED:
        return None
    ends = sorted(max(used, sample) for sample in samples)
    return _quantile(ends, 0.1), _quantile(ends, 0.9)


def _quantile(ordered: Sequence[int], share: float) -> int:
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (at - low))


def _run_seen(source: Source, run_id: str) -> RunSeen | None:
    return source.one("costs/run", RunSeen, run_id=run_id)


def _past_runs(source: Source, run: RunSeen) -> list[_PastRun]:
    """Finished runs of the same project, newest first; each is summed once."""
    memo: dict[str, _PastRun | None] = source.memo.setdefault("past runs", {})
    latest = _latest_runs(source)
    ids = [
        each
        for each in latest
        if each.project == run.project and each.status in OVER and each.id != run.id
    ]
    past: list[_PastRun] = []
    for each in ids:
        if each.id not in memo:
            memo[each.id] = _summed(source, each)
        found = memo[each.id]
        if found is not None:
            past.append(found)
        if len(past) == MOST_SAMPLES:
            break
    return past


def _latest_runs(source: Source) -> list[RunSeen]:
    """The newest runs; read again when the newest one is another or has changed."""
    newest = source.all("costs/latest_runs", RunSeen, limit=1)
    known: tuple[list[RunSeen], list[RunSeen]] | None = source.memo.get("latest runs")
    if known is None or known[0] != newest:
        known = newest, source.all("costs/latest_runs", RunSeen, limit=LATEST_RUNS)
        source.memo["latest runs"] = known
    return known[1]


def _summed(source: Source, run: RunSeen) -> _PastRun | None:
    """What a finished run cost; None where none of it has a price."""
    began, ended = times.parse(run.started_at), times.parse(run.ended_at)
    rows = source.raw("costs/spent_by_name", run_id=run.id)
    agents: dict[str, int] = {}
    for name, usd in rows:
        if isinstance(usd, (int, float)) and (micros := micros_of(usd)) is not None:
            agents[str(name)] = agents.get(str(name), 0) + micros
    if not agents:
        return None
    seconds = ended - began if began is not None and ended is not None else 0.0
    return _PastRun(sum(agents.values()), seconds, agents)


def _usual(past: Sequence[_PastRun]) -> float:
    """Seconds that half of the past runs took; an hour where there are too few."""
    lengths = sorted(run.seconds for run in past if run.seconds > 0)
    return lengths[len(lengths) // 2] if len(lengths) >= SAMPLES_NEEDED else HOUR


def budget_alarms(budgets: Sequence[BudgetFacts]) -> list[BudgetAlarm]:
    """What is wrong with budgets: over, burning fast, nearly used up; the worst first."""
    alarms = [_alarm(budget) for budget in budgets if budget.state != "ok"]
    return sorted(alarms, key=lambda alarm: alarm.severity)


def _alarm(budget: BudgetFacts) -> BudgetAlarm:
    used = f"${budget.used / 1e6:,.2f} of ${budget.limit / 1e6:,.2f} used"
    if budget.is_floor:
        used = f"at least {used}"
    pace = f"5m {_pace(budget.short_rate, budget)}, 1h {_pace(budget.long_rate, budget)}"
    evidence = f"budget {budget.scope} {budget.key}".rstrip()
    return BudgetAlarm(
        "warning" if budget.state == "warn" else "critical",
        _title(budget),
        f"{pace}, {used}",
        budget.run_id,
        budget.agent_id,
        (evidence,),
        f"budget:{budget.state}:{budget.scope}:{budget.key}",
    )


def _title(budget: BudgetFacts) -> str:
    if budget.state == "over":
        return f"budget used up: {budget.name}"
    if budget.state == "warn":
        return f"budget {budget.share:.0%} used: {budget.name}"
    return f"burn rate: {budget.name} budget in {_in_words(budget.left)}"


def _pace(rate: float, budget: BudgetFacts) -> str:
    times_plan = f" ({rate / budget.plan_rate:.1f}×)" if budget.plan_rate else ""
    return f"${rate / 1e6:,.2f}/min{times_plan}"


def _in_words(seconds: float | None) -> str:
    minutes, second = divmod(round(seconds or 0), 60)
    hours, minute = divmod(minutes, 60)
    if hours:
        return f"{hours}h {minute:02}m"
    return f"{minute}m {second:02}s" if minute else f"{second}s"
