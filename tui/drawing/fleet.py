"""Draws the fleet's rows as a flat list, and their heads."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from ...data.fleet import AgentFacts, RunFacts, Status
from .. import numbers, parts
from ..glyphs import FINISHED_STATES, Glyphs, state
from ..line import Cell, Line, Span, columns, width_of
from ..view import View


class FleetRow(NamedTuple):
    """One row of the list: a run, an agent under it, or a group's heading."""

    key: str
    run: RunFacts | None
    agent: AgentFacts | None
    lasts: tuple[bool, ...]
    """For each level above, whether the row (or its ancestor there) is the last of its parent."""
    hidden: int
    """Agents folded away under a run."""
    heading: str = ""

    @property
    def source(self) -> str:
        """The name of the source it is of; "" where there is one, and for a heading."""
        return self.run.source if self.run is not None else ""

    @property
    def status(self) -> Status | None:
        """What the row's run or agent does; None for a heading."""
        if self.agent is not None:
            return self.agent.status
        return self.run.status if self.run is not None else None


def flatten(runs: Sequence[RunFacts], folded: Collection[str]) -> list[FleetRow]:
    """Runs with their agents as rows; `folded` holds the keys of runs whose agents are hidden."""
    rows: list[FleetRow] = []
    for run in runs:
        key = run_key(run)
        hidden = len(run.agents) if key in folded else 0
        rows.append(FleetRow(key, run, None, (), hidden))
        if not hidden:
            rows += _agent_rows(run)
    return rows


def run_key(run: RunFacts) -> str:
    """The key of a run's row: ids of two sources may be alike."""
    return f"run {_id_in(run.source, run.id)}"


def _id_in(source: str, found: str) -> str:
    return f"{source} {found}" if source else found


def _agent_rows(run: RunFacts) -> list[FleetRow]:
    rows: list[FleetRow] = []
    lasts: list[bool] = []
    for index, agent in enumerate(run.agents):
        later = run.agents[index + 1 :]
        is_last = True
        for other in later:
            if other.depth <= agent.depth:
                is_last = other.depth < agent.depth
                break
        lasts = [*lasts[: agent.depth], is_last]
        rows.append(FleetRow(f"agent {_id_in(run.source, agent.id)}", run, agent, tuple(lasts), 0))
    return rows


class Layout(NamedTuple):
    """Where the columns stand for a list of some width; a width of 0 leaves a column out."""

    width: int
    agent: int
    model: int
    """Where the model stands, from the agent column's start."""
    now: int
    now_width: int
    context: int
    cost: int
    age: int
    pace: int = 0
    turns: int = 0
    source: int = 0
    source_width: int = 0


PACE_WIDTH = 10
ROOMY = 108
"""From this width on there is room for the pace and the turns."""

Pace = Mapping[str, Sequence[int]]
"""Tokens by the minute of each open agent, by its id; where there are several sources, in its."""


def merge_paces(paces: Mapping[str, Pace]) -> dict[str, Sequence[int]]:
    """The paces of several sources as one, by the sources' names."""
    return {
        _id_in(source, agent_id): minutes
        for source, pace in paces.items()
        for agent_id, minutes in pace.items()
    }


def layout(width: int, sources: Sequence[str] = ()) -> Layout:
    """The columns; where there are several sources a row's own stands before NOW.

    The model gives way to it first, then NOW.
    """
    at = _layout(width)
    if not sources or not at.now:
        return at
    agent, model = (AGENT_BESIDE, 0) if at.model and at.agent < 28 else (at.agent, at.model)
    freed = at.agent - agent
    longest = max(width_of([(name, "")]) for name in sources)
    room = max(6, min(longest, 16, at.now_width + freed - 1 - SHORTEST_NOW))
    return at._replace(
        agent=agent,
        model=model,
        source=at.now - freed,
        source_width=room,
        now=at.now - freed + room + 1,
        now_width=at.now_width + freed - room - 1,
    )


AGENT_BESIDE = 19
"""What AGENT keeps beside a source."""

SHORTEST_NOW = 12
"""What NOW keeps: `2 gates in 0`."""


def _layout(width: int) -> Layout:
    """The columns of look.md section 5, dropped in its order when narrow."""
    age = width - 8
    if width < 60:
        return Layout(width, max(0, age - 13), 0, 0, 0, 0, 0, age)
    if width >= ROOMY:
        cost, context, turns, pace = age - 7, age - 12, age - 18, age - 29
        return Layout(width, 28, 21, 41, pace - 42, context, cost, age, pace, turns)
    cost = age - 7
    if width < 76:
        agent = 17
        now = 12 + agent + 1
        return Layout(width, agent, 0, now, cost - now - 1, 0, cost, age)
    context = cost - 5
    agent = 28 if width >= 98 else 24 if width >= 80 else 23
    now = 12 + agent + 1
    return Layout(
        width, agent, 17 if agent < 28 else 21, now, context - now - 1, context, cost, age
    )


def head(width: int, view: View, sources: Sequence[str] = ()) -> Line:
    """The column heads."""
    at = layout(width, sources)
    cells = [
        Cell(3, 8, [("STATE", "muted")]),
        Cell(12, at.agent, [("AGENT", "muted")]),
    ]
    if at.source:
        cells.append(Cell(at.source, at.source_width, [("SOURCE", "muted")]))
    if at.now:
        cells.append(Cell(at.now, at.now_width, [("NOW", "muted")]))
    if at.pace:
        cells.append(Cell(at.pace, PACE_WIDTH, [("TOK/MIN", "muted")]))
        cells.append(Cell(at.turns, 5, [("TURNS", "muted")], "right"))
    if at.context:
        cells.append(Cell(at.context, 4, [("CTX", "muted")], "right"))
    if at.cost:
        cells.append(Cell(at.cost, 6, [("COST $", "muted")], "right"))
    cells.append(Cell(at.age, 6, [("FOR", "muted")], "right"))
    return columns(width, cells)


def row_line(
    row: FleetRow,
    width: int,
    view: View,
    fresh: Collection[str] = (),
    pace: Pace | None = None,
    sources: Sequence[str] = (),
) -> Line:
    """One row; keys in `fresh` changed their state a moment ago: their mark is in reverse.

    `sources` are the names of several; none where there is one.
    """
    status = row.status
    if status is None or row.run is None:
        return columns(width, [Cell(1, width - 2, [(row.heading, "muted")])])
    at, glyphs = layout(width, sources), view.glyphs
    is_quiet = not view.is_live or status.state in FINISHED_STATES
    shown = state(status.state, glyphs, is_live=view.is_live, is_new=row.key in fresh)
    cells = [
        Cell(1, 1, [shown.mark]),
        Cell(3, 8, [(parts.cut(shown.word[0], 8, glyphs), shown.word[1])]),
        Cell(12, at.agent, _name(row, at, view, is_quiet)),
    ]
    if at.source:
        shown_as = source_labels(sources, at.source_width, glyphs)[sources.index(row.source)]
        cells.append(Cell(at.source, at.source_width, [(shown_as, "muted")]))
    if at.now:
        says = parts.cut(now_text(row, view), at.now_width, glyphs)
        cells.append(Cell(at.now, at.now_width, [(says, "muted" if is_quiet else "ink")]))
    if at.pace:
        cells += _pace_cells(row, at, view, is_quiet, pace or {})
    facts = row.agent or row.run
    if at.context:
        used = numbers.context(facts.context, glyphs)
        cells.append(Cell(at.context, 4, [(used[0], "muted") if is_quiet else used], "right"))
    if at.cost:
        cells.append(Cell(at.cost, 6, [_cost(row, view, is_quiet)], "right"))
    cells += _age_cells(status, at, view, is_quiet)
    return columns(width, cells)


def source_labels(sources: Sequence[str], width: int, glyphs: Glyphs) -> list[str]:
    """The sources' names in a column: cut where they stay apart, numbered where they do not."""
    ends = [parts.cut(name, width, glyphs) for name in sources]
    starts = [parts.cut_start(name, width, glyphs) for name in sources]
    for labels in (ends, starts):
        if len(set(labels)) == len(sources):
            return labels
    return [parts.cut(f"{index + 1} {name}", width, glyphs) for index, name in enumerate(sources)]


def _pace_cells(row: FleetRow, at: Layout, view: View, is_quiet: bool, pace: Pace) -> list[Cell]:
    """The agent's own, for a run the sum of its agents'."""
    assert row.run is not None
    agents = row.run.agents if row.agent is None else (row.agent,)
    ids = [_id_in(row.source, agent.id) for agent in agents]
    known = [pace[each] for each in ids if each in pace]
    minutes = [sum(each) for each in zip(*known, strict=False)]
    cells: list[Cell] = []
    if any(minutes):
        token = "muted" if is_quiet else "run"
        spark = parts.spark(minutes, PACE_WIDTH, view.glyphs, token, top=top_of(pace))
        cells.append(Cell(at.pace, PACE_WIDTH, spark))
    turns = sum(agent.turns for agent in agents)
    token = "muted" if is_quiet else "soft"
    number = numbers.count(turns, view.glyphs) if turns else view.glyphs.nothing
    cells.append(Cell(at.turns, 5, [numbers.toned(number, token)], "right"))
    return cells


def top_of(pace: Pace) -> float:
    """One scale for all rows, so that they compare; its highest column leaves a gap above it."""
    return max((max(each, default=0) for each in pace.values()), default=0) * 8 / 7


def _name(row: FleetRow, at: Layout, view: View, is_quiet: bool) -> list[Span]:
    run, agent, glyphs = row.run, row.agent, view.glyphs
    assert run is not None
    if agent is None:
        tail = f" {parts.cut_id(run.id)}"
        folded = f"  +{row.hidden}" if row.hidden else ""
        name = parts.cut(run.title, at.agent - len(tail) - len(folded), glyphs)
        token = "muted" if is_quiet else "bright bold"
        return [(name, token), (tail, "muted"), (folded, "muted" if is_quiet else "soft")]
    guide = parts.guides(row.lasts, glyphs)
    room = at.agent - width_of([guide])
    beside = at.model - width_of([guide]) - 1
    # A name goes before its model: deep in the tree there is room for one of them.
    has_model = bool(at.model and agent.model) and width_of([(agent.name, "")]) <= beside
    name = parts.cut(agent.name, max(3, room), glyphs)
    spans: list[Span] = [guide, (name, "muted" if is_quiet else "ink")]
    if has_model:
        gap = max(1, at.model - width_of(spans))
        short = parts.cut(short_model(agent.model), at.agent - at.model, glyphs)
        spans += [(" " * gap, ""), (short, "muted")]
    return spans


def short_model(model: str) -> str:
    """A model's everyday name: `claude-sonnet-4-5-20250929` is `sonnet`."""
    name = model.rpartition("/")[2]
    for known in ("opus", "sonnet", "haiku", "fable"):
        if known in name:
            return known
    return name.removeprefix("claude-").removeprefix("models-")


def now_text(row: FleetRow, view: View, *, is_alone: bool = False) -> str:
    """What the NOW column says, with the clock in it where it counts.

    `is_alone`: no row of its run stands above it, so it has to say all.
    """
    status = row.status
    assert status is not None
    if status.state == "SILENT" and status.since is not None:
        return f"no event for {numbers.duration(view.now - status.since)}"
    if status.state == "LIMITED" and status.resets is not None:
        return _limited_text(status, status.resets, view, (row.agent is None, is_alone))
    if status.gates and row.agent is None:
        return _gates_text(status, view)
    return status.now


def _limited_text(status: Status, resets: float, view: View, told: tuple[bool, bool]) -> str:
    """On a run when the limit ends, on its agents how often it was met; alone both."""
    is_run, is_alone = told
    first, _, rest = status.brief.partition(", ")
    left = resets - view.now
    when = f"resets in {numbers.countdown(left, view.glyphs)}"
    if left <= 0:
        when = f"was to reset {numbers.age(-left, view.glyphs)} ago"
    pieces = [first, rest if is_alone or not is_run else "", when if is_alone or is_run else ""]
    if not any(pieces[1:]):
        pieces[2] = when
    return ", ".join(piece for piece in pieces if piece)


def _gates_text(status: Status, view: View) -> str:
    noun = "question" if status.state == "asking" else "gate"
    says = f"{status.gates} {noun}{'' if status.gates == 1 else 's'}"
    if status.is_late:
        says += " overdue" if status.gates == 1 else ", 1 overdue"
    elif status.deadline is not None:
        first = " in" if status.gates == 1 else ", 1 in"
        says += f"{first} {numbers.countdown(status.deadline - view.now)}"
    return says


def _cost(row: FleetRow, view: View, is_quiet: bool) -> Span:
    facts = row.agent or row.run
    assert facts is not None
    if facts.cost_usd is None and not facts.unpriced:
        # No call that could have a price: nothing is recorded, and nothing is in doubt.
        return numbers.toned(view.glyphs.nothing)
    text = numbers.money(facts.cost_usd, view.glyphs, width=6)
    if facts.cost_usd is None:
        return (text, "muted" if is_quiet else "doubt")
    token = "bright bold" if row.agent is None else "soft"
    return (text, "muted" if is_quiet else token)


def _age_cells(status: Status, at: Layout, view: View, is_quiet: bool) -> list[Cell]:
    seconds = view.now - status.since if status.since is not None else None
    text = numbers.age(seconds, view.glyphs, width=6)
    cells = [Cell(at.age, 6, [(text, "muted" if is_quiet else "ink")], "right")]
    if not view.is_live and status.state not in FINISHED_STATES and status.state != "FAILED":
        cells.append(Cell(at.age + 6, 1, [(view.glyphs.unknown, "doubt bold")]))
    return cells
