"""Draws the fleet: its rows as a flat list, and the pane of the selected one."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from ...data.fleet import AgentFacts, FleetFacts, RunFacts, Status
from ...data.preview import PreviewFacts, TailLine
from .. import numbers, parts
from ..glyphs import FINISHED_STATES, state
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
    def status(self) -> Status | None:
        """What the row's run or agent does; None for a heading."""
        if self.agent is not None:
            return self.agent.status
        return self.run.status if self.run is not None else None


def flatten(runs: Sequence[RunFacts], folded: Collection[str]) -> list[FleetRow]:
    """Runs with their agents as rows; `folded` names the runs whose agents are hidden."""
    rows: list[FleetRow] = []
    for run in runs:
        hidden = len(run.agents) if run.id in folded else 0
        rows.append(FleetRow(f"run {run.id}", run, None, (), hidden))
        if not hidden:
            rows += _agent_rows(run)
    return rows


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
        rows.append(FleetRow(f"agent {agent.id}", run, agent, tuple(lasts), 0))
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


def layout(width: int) -> Layout:
    """The columns of look.md section 5, dropped in its order when narrow."""
    age = width - 8
    if width < 60:
        return Layout(width, max(0, age - 13), 0, 0, 0, 0, 0, age)
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


def head(width: int, view: View) -> Line:
    """The column heads."""
    at = layout(width)
    cells = [
        Cell(3, 8, [("STATE", "muted")]),
        Cell(12, at.agent, [("AGENT", "muted")]),
    ]
    if at.now:
        cells.append(Cell(at.now, at.now_width, [("NOW", "muted")]))
    if at.context:
        cells.append(Cell(at.context, 4, [("CTX", "muted")], "right"))
    if at.cost:
        cells.append(Cell(at.cost, 6, [("COST $", "muted")], "right"))
    cells.append(Cell(at.age, 6, [("FOR", "muted")], "right"))
    return columns(width, cells)


def row_line(row: FleetRow, width: int, view: View, fresh: Collection[str] = ()) -> Line:
    """One row; keys in `fresh` changed their state a moment ago: their mark is in reverse."""
    status = row.status
    if status is None or row.run is None:
        return columns(width, [Cell(1, width - 2, [(row.heading, "muted")])])
    at, glyphs = layout(width), view.glyphs
    is_quiet = not view.is_live or status.state in FINISHED_STATES
    shown = state(status.state, glyphs, is_live=view.is_live, is_new=row.key in fresh)
    cells = [
        Cell(1, 1, [shown.mark]),
        Cell(3, 8, [shown.word]),
        Cell(12, at.agent, _name(row, at, view, is_quiet)),
    ]
    if at.now:
        says = parts.cut(now_text(row, view), at.now_width, glyphs)
        cells.append(Cell(at.now, at.now_width, [(says, "muted" if is_quiet else "ink")]))
    facts = row.agent or row.run
    if at.context:
        used = numbers.context(facts.context, glyphs)
        cells.append(Cell(at.context, 4, [(used[0], "muted") if is_quiet else used], "right"))
    if at.cost:
        cells.append(Cell(at.cost, 6, [_cost(row, view, is_quiet)], "right"))
    cells += _age_cells(status, at, view, is_quiet)
    return columns(width, cells)


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


def now_text(row: FleetRow, view: View) -> str:
    """What the NOW column says, with the clock in it where it counts."""
    status = row.status
    assert status is not None
    if status.state == "SILENT" and status.since is not None:
        return f"no event for {numbers.duration(view.now - status.since)}"
    if status.gates and row.agent is None:
        says = f"{status.gates} gate{'' if status.gates == 1 else 's'}"
        if status.deadline is not None:
            first = " in" if status.gates == 1 else ", 1 in"
            says += f"{first} {numbers.countdown(status.deadline - view.now)}"
        return says
    return status.now


def _cost(row: FleetRow, view: View, is_quiet: bool) -> Span:
    facts = row.agent or row.run
    assert facts is not None
    text = numbers.money(facts.cost_usd, view.glyphs, width=6)
    if facts.cost_usd is None:
        return (text, "muted" if is_quiet else "doubt")
    token = "bright bold" if row.agent is None else "soft"
    return (text, "muted" if is_quiet else token)


def _age_cells(status: Status, at: Layout, view: View, is_quiet: bool) -> list[Cell]:
    seconds = view.now - status.since if status.since is not None else None
    text = numbers.age(seconds, view.glyphs)
    cells = [Cell(at.age, 6, [(text, "muted" if is_quiet else "ink")], "right")]
    if not view.is_live and status.state not in FINISHED_STATES and status.state != "FAILED":
        cells.append(Cell(at.age + 6, 1, [(view.glyphs.unknown, "doubt bold")]))
    return cells


# The preview


def preview(
    row: FleetRow | None, facts: PreviewFacts | None, width: int, height: int, view: View
) -> list[Line]:
    """The pane of the selected row: six rows below the list, or the whole height beside it."""
    if row is None or row.run is None or row.status is None:
        return []
    tall = height > 8
    lines = [_title(row, facts, width, view), *_about(row, facts, width, view, tall)]
    if row.agent is None:
        lines += _run_details(row, width, view)
    elif facts is not None:
        lines += _agent_details(row, facts, width, view, tall)
    return lines[:height]


def _title(row: FleetRow, facts: PreviewFacts | None, width: int, view: View) -> Line:
    from ..line import spread

    run, status = row.run, row.status
    assert run is not None
    assert status is not None
    name = row.agent.name if row.agent is not None else run.title
    left: list[Span] = [(name, "bright bold"), ("  ", "")]
    if row.agent is not None:
        left.append((f"{run.title} {parts.cut_id(run.id)}", "muted"))
    else:
        left.append((parts.cut_id(run.id), "muted"))
    shown = state(status.state, view.glyphs, is_live=view.is_live)
    age = numbers.age(view.now - status.since if status.since is not None else None)
    right: list[Span] = [shown.mark, (" ", ""), shown.word, (f" {age}", "ink")]
    return spread(left, right, width)


def _about(
    row: FleetRow, facts: PreviewFacts | None, width: int, view: View, tall: bool
) -> list[Line]:
    if not tall:
        return []
    bits: list[str] = []
    if row.agent is not None and row.agent.model:
        bits.append(row.agent.model)
    if facts is not None and facts.turns:
        bits.append(f"turn {facts.turns}{'+' if facts.turns_cut else ''}")
    if row.run is not None and row.run.project:
        bits.append(f"project {row.run.project}")
    text = f" {view.glyphs.bullet} ".join(bits)
    return [columns(width, [Cell(1, width - 2, [(text, "muted")])]), Line(())]


def _run_details(row: FleetRow, width: int, view: View) -> list[Line]:
    run, status = row.run, row.status
    assert run is not None
    assert status is not None
    says = now_text(row, view)
    pairs: list[tuple[str, Sequence[Span] | str]] = [
        ("agents", [(numbers.count(len(run.agents)), "ink"), *_state_counts(run)]),
        ("cost", [(numbers.dollars(run.cost_usd, view.glyphs, is_floor=run.unpriced > 0), "ink")]),
    ]
    if says:
        pairs.insert(0, ("now", [(says, "ink")]))
    if run.context is not None:
        pairs.append(("context", _gauge(run.context, width, view)))
    return parts.details(pairs, width, margin=1)


def _state_counts(run: RunFacts) -> list[Span]:
    counts: dict[str, int] = {}
    for agent in run.agents:
        counts[agent.status.state] = counts.get(agent.status.state, 0) + 1
    return [(f"   {count} {word}", "muted") for word, count in counts.items()]


def _agent_details(
    row: FleetRow, facts: PreviewFacts, width: int, view: View, tall: bool
) -> list[Line]:
    blank = [Line(())] if tall else []
    lines: list[Line] = []
    if facts.gate is not None:
        lines += _gate_lines(facts, width, view, tall) + blank
    elif row.agent is not None and row.agent.status.now:
        lines += parts.details([("now", [(now_text(row, view), "ink")])], width, margin=1) + blank
    if not tall:
        lines += _last(facts, width, view)
    lines += _gauges(row, facts, width, view)
    if tall and facts.tail:
        lines += [Line(()), *_tail(facts, width, view)]
    return lines


def _gate_lines(facts: PreviewFacts, width: int, view: View, tall: bool) -> list[Line]:
    from ..line import spread

    gate = facts.gate
    assert gate is not None
    label, room = 10, width - 11
    wants: list[Span] = [("wants    ", "muted"), (gate.title, "bright bold")]
    lines = [spread(wants, parts.risk(gate.risk, view.glyphs), width)]
    if gate.expires is not None and tall:
        left = numbers.countdown(gate.expires - view.now)
        spans: list[Span] = [("expires  ", "muted"), ("in ", "ink"), (left, "you bold")]
        lines.append(spread(spans, [("a", "bright bold"), (" review", "muted")], width))
    if gate.why:
        wrapped = parts.wrap(gate.why, room) if tall else [parts.cut(gate.why, room, view.glyphs)]
        lines.append(Line(())) if tall else None
        for index, text in enumerate(wrapped[:6]):
            cells = [Cell(label, room, [(text, "ink")])]
            if index == 0:
                cells.insert(0, Cell(1, 9, [("because", "muted")]))
            lines.append(columns(width, cells))
    return lines


def _last(facts: PreviewFacts, width: int, view: View) -> list[Line]:
    if not facts.tail:
        return []
    line = facts.tail[-1]
    spans: list[Span] = [(numbers.time_of_day(line.at), "muted"), (" ", ""), _mark(line, view)]
    spans += [(f" {line.name}", "ink")]
    if line.error:
        spans.append((f" {line.error}", "bad"))
    prompt = facts.last_prompt
    if prompt is not None and prompt.tokens_in is not None:
        spans += [("   in ", "muted"), (numbers.tokens(prompt.tokens_in), "ink")]
        if prompt.cache_read:
            spans += [("  cached ", "muted"), (numbers.tokens(prompt.cache_read), "ink")]
        spans += [("  out ", "muted"), (numbers.tokens(prompt.tokens_out), "ink")]
    return parts.details([("last", spans)], width, margin=1)


def _gauges(row: FleetRow, facts: PreviewFacts, width: int, view: View) -> list[Line]:
    pairs: list[tuple[str, Sequence[Span] | str]] = []
    if row.agent is not None and row.agent.context is not None:
        pairs.append(("context", _gauge(row.agent.context, width, view)))
    if facts.budget is not None:
        share = facts.budget.used / facts.budget.limit
        of = f"  of {numbers.dollars(facts.budget.limit)}"
        if width > 60:
            of = f"  {numbers.dollars(facts.budget.used)}{of[1:]}"
        pairs.append(("budget", [*_gauge(share, width, view), (of, "ink")]))
    if any(facts.tokens_per_minute):
        pairs.append(("tok/min", _pace(facts, view)))
    return parts.details(pairs, width, margin=1)


def _gauge(share: float, width: int, view: View) -> list[Span]:
    return [
        *parts.gauge(share, 14, view.glyphs),
        (f" {numbers.percent(share, view.glyphs):>4}", "ink"),
    ]


def _pace(facts: PreviewFacts, view: View) -> list[Span]:
    minutes = facts.tokens_per_minute[-14:]
    spark = parts.spark(minutes, 14, view.glyphs, token="run")
    now, peak = numbers.tokens(minutes[-1]), numbers.tokens(max(minutes))
    return [*spark, (f" {now:>4}", "ink"), ("  peak ", "muted"), (peak, "ink")]


def _tail(facts: PreviewFacts, width: int, view: View) -> list[Line]:
    lines = [columns(width, [Cell(1, 9, [("tail", "bright bold")])])]
    for line in facts.tail:
        right = _tail_right(line, view)
        start = 12
        room = max(4, width - start - width_of(right) - 2)
        token = "bad" if line.status == "failed" else "ink"
        cells = [
            Cell(1, 8, [(numbers.time_of_day(line.at), "muted")]),
            Cell(10, 1, [_mark(line, view)]),
            Cell(start, room, [(parts.cut(line.name, room, view.glyphs), token)]),
            Cell(width - 1 - width_of(right), width_of(right), right),
        ]
        lines.append(columns(width, cells))
    return lines


def _tail_right(line: TailLine, view: View) -> list[Span]:
    spans: list[Span] = []
    if line.cost_usd is not None:
        spans.append((numbers.dollars(line.cost_usd), "ink"))
    took = numbers.duration(line.seconds) if line.seconds is not None else "open"
    spans.append((f"{took:>8}", "ink" if line.seconds is not None else "muted"))
    return spans


def _mark(line: TailLine, view: View) -> Span:
    if line.status == "failed":
        return (view.glyphs.failed, "bad")
    return (view.glyphs.running, "run") if line.kind == "llm" else (view.glyphs.tool, "tool")


def no_match(facts: FleetFacts, view: View) -> list[Line]:
    """What the empty list says."""
    return []
