"""Draws the pane of the fleet's selected row: what it wants, why, what it did, what it uses."""

from collections.abc import Sequence

from ...data.preview import Change, GateInView, PreviewFacts, TailLine
from .. import numbers, parts
from ..glyphs import state
from ..line import BLANK, Cell, Line, Span, columns, spread, width_of
from ..view import View
from .fleet import FleetRow, now_text, short_model

LABEL = 9
GAUGE = 14
SHORT = 8
"""A pane of at most so many rows stands below the list, a higher one beside it."""

Pairs = list[tuple[str, Sequence[Span] | str]]


def preview(
    row: FleetRow | None, facts: PreviewFacts | None, width: int, height: int, view: View
) -> list[Line]:
    """The pane of the selected row: six rows below the list, or the whole height beside it."""
    if row is None or row.run is None or row.status is None:
        return []
    if height <= SHORT:
        return [_short_title(row, facts, width, view), *_short(row, facts, width, view)][:height]
    lines = [_title(row, width, view), *_about(row, facts, width, view), BLANK]
    if row.agent is None:
        lines += _details(_run_pairs(row, width, view), width, 2)
        lines += [BLANK, *_agents_of(row, width, view)]
    elif facts is not None:
        lines += _agent(row, facts, width, height - 3, view)
    return lines[:height]


def _details(pairs: Pairs, width: int, margin: int) -> list[Line]:
    """Labels and values between margins, values that are text wrapped."""
    return parts.details(pairs, width - margin, label_width=LABEL, margin=margin)


# Below the list


def _short_title(row: FleetRow, facts: PreviewFacts | None, width: int, view: View) -> Line:
    run, status, glyphs = row.run, row.status, view.glyphs
    assert run is not None
    assert status is not None
    name = row.agent.name if row.agent is not None else run.title
    about = [run.title if row.agent is not None else parts.cut_id(run.id)]
    about += _facts_about(row, facts, short=True)
    left: list[Span] = [(name, "bright bold"), (" ", "")]
    left.append((f" {glyphs.bullet} ".join(about), "muted"))
    gate = facts.gate if facts is not None else None
    if gate is not None:
        right = [*parts.risk(gate.risk, glyphs), *_expires(gate, view)]
    else:
        shown = state(status.state, glyphs, is_live=view.is_live)
        right = [shown.mark, (" ", ""), shown.word, (f" {_age(row, view)}", "ink")]
    return spread(left, right, width)


def _expires(gate: GateInView, view: View) -> list[Span]:
    if gate.expires is None:
        return []
    if gate.is_late:
        return [("  overdue since ", "muted"), (numbers.moment(gate.expires, view.now), "you bold")]
    left = numbers.countdown(gate.expires - view.now, view.glyphs)
    return [("  expires in ", "muted"), (left, "you bold")]


def _short(row: FleetRow, facts: PreviewFacts | None, width: int, view: View) -> list[Line]:
    if row.agent is None:
        return _details(_run_pairs(row, width, view), width, 1)
    if facts is None:
        return []
    pairs: Pairs = []
    room = width - 2 - LABEL
    if facts.gate is not None:
        pairs.append(("wants", _wants(facts.gate, room, view)))
        if facts.gate.why:
            why = parts.cut(facts.gate.why, room, view.glyphs)
            pairs.append(("because", [(why, "ink")]))
    elif says := now_text(row, view, is_alone=True):
        pairs.append(("now", [(parts.cut(says, room, view.glyphs), "ink")]))
    if facts.tail:
        pairs.append(("last", _last(facts, room, view)))
    context, budget = _context(row, view), _budget(facts, view)
    if context or budget:
        label = "context" if context else "budget"
        both = [*context, ("   budget ", "muted"), *budget] if context and budget else []
        pairs.append((label, both or context or budget))
    if any(facts.tokens_per_minute):
        pairs.append(("tok/min", _pace(facts, view)))
    return _details(pairs, width, 1)


def _wants(gate: GateInView, room: int, view: View) -> list[Span]:
    """What is asked for, and as many of its files as fit beside it."""
    spans: list[Span] = [(parts.cut(gate.title, room, view.glyphs), "bright bold")]
    shown = 0
    for change in gate.files:
        piece: list[Span] = [("  ", ""), (change.name, "ink"), (" ", ""), *_lines_of(change, view)]
        rest = len(gate.files) + gate.more_files - shown - 1
        if width_of([*spans, *piece]) + (9 if rest else 0) > room:
            break
        spans += piece
        shown += 1
    rest = len(gate.files) + gate.more_files - shown
    if rest and width_of(spans) + 9 <= room:
        spans.append((f"  +{rest} more" if shown else f"  {rest} files", "muted"))
    return spans


def _lines_of(change: Change, view: View) -> list[Span]:
    added, removed = numbers.lines(change.added, change.removed, view.glyphs)
    return [added] if not change.removed else [added, (" ", ""), removed]


def _last(facts: PreviewFacts, room: int, view: View) -> list[Span]:
    line = facts.tail[-1]
    said = line.error or line.target
    use = _use(facts, view)
    spans: list[Span] = [(numbers.time_of_day(line.at), "muted"), (" ", ""), _mark(line, view)]
    spans.append((f" {line.name}", "bad" if line.error else "ink"))
    left = room - width_of([*spans, *use]) - 1
    if said and left >= 8:
        cut = _cut(said, left, view)
        spans.append((f" {cut}", "bad" if line.error else "muted"))
    return [*spans, *use]


def _cut(said: str, width: int, view: View) -> str:
    """A path in its middle, anything else at its end."""
    is_path = "/" in said and " " not in said
    return (parts.cut_path if is_path else parts.cut)(said, width, view.glyphs)


def _use(facts: PreviewFacts, view: View) -> list[Span]:
    """Tokens of the newest call."""
    prompt = facts.last_prompt
    if prompt is None or prompt.tokens_in is None:
        return []
    spans: list[Span] = [("   in ", "muted"), (numbers.tokens(prompt.tokens_in), "ink")]
    if prompt.cache_read:
        spans += [("  cached ", "muted"), (numbers.tokens(prompt.cache_read), "ink")]
    return [*spans, ("  out ", "muted"), (numbers.tokens(prompt.tokens_out), "ink")]


# Beside the list


def _title(row: FleetRow, width: int, view: View) -> Line:
    run, status = row.run, row.status
    assert run is not None
    assert status is not None
    shown = state(status.state, view.glyphs, is_live=view.is_live)
    right: list[Span] = [shown.mark, (" ", ""), shown.word, (f" {_age(row, view)}", "ink")]
    room = width - 4 - width_of(right) - 2
    name = parts.cut(row.agent.name if row.agent is not None else run.title, room, view.glyphs)
    left: list[Span] = [(name, "bright bold")]
    of = f"{run.title} {parts.cut_id(run.id)}" if row.agent is not None else parts.cut_id(run.id)
    if width_of(left) + len(of) + 2 <= room:
        left += [("  ", ""), (of, "muted")]
    return spread(left, right, width, margin=2, gap=2)


def _age(row: FleetRow, view: View) -> str:
    status = row.status
    assert status is not None
    return numbers.age(view.now - status.since if status.since is not None else None, view.glyphs)


def _about(row: FleetRow, facts: PreviewFacts | None, width: int, view: View) -> list[Line]:
    text = f" {view.glyphs.bullet} ".join(_facts_about(row, facts, short=False))
    shown = parts.cut(text, width - 4, view.glyphs)
    return [columns(width, [Cell(2, width - 4, [(shown, "muted")])])] if text else []


def _facts_about(row: FleetRow, facts: PreviewFacts | None, *, short: bool) -> list[str]:
    said: list[str] = []
    if row.agent is not None and row.agent.model:
        said.append(short_model(row.agent.model) if short else row.agent.model)
    turns = row.agent.turns if row.agent is not None else 0
    if turns or (facts is not None and facts.turns):
        said.append(f"turn {turns or facts.turns if facts is not None else turns}")
    if row.run is not None and row.run.project:
        said.append(f"project {row.run.project}")
    return said


def _run_pairs(row: FleetRow, width: int, view: View) -> Pairs:
    run = row.run
    assert run is not None
    pairs: Pairs = []
    says = now_text(row, view)
    if says:
        pairs.append(("now", [(parts.cut(says, width - LABEL - 4, view.glyphs), "ink")]))
    counts: dict[str, int] = {}
    for agent in run.agents:
        counts[agent.status.state] = counts.get(agent.status.state, 0) + 1
    inside: list[Span] = [(numbers.count(len(run.agents)), "ink")]
    if len(counts) > 1 or len(run.agents) > 1:
        inside += [(f"   {count} {word}", "muted") for word, count in counts.items()]
    is_recorded = run.cost_usd is not None or run.unpriced
    cost = numbers.dollars(run.cost_usd, view.glyphs, is_floor=run.unpriced > 0)
    turns = sum(agent.turns for agent in run.agents)
    spent: list[Span] = [(cost, "ink") if is_recorded else ("not recorded", "muted")]
    if turns:
        spent += [
            (f"   {numbers.count(turns, view.glyphs)}", "ink"),
            (" model call" if turns == 1 else " model calls", "muted"),
        ]
    room = width - LABEL - 4
    pairs += [("agents", parts.cut_spans(inside, room, view.glyphs)), ("cost", spent)]
    if run.context is not None:
        pairs.append(("context", _gauge(run.context, view)))
    return pairs


def _agents_of(row: FleetRow, width: int, view: View) -> list[Line]:
    """Each agent of the run on a line: what it is on, or what it waits for."""
    assert row.run is not None
    lines: list[Line] = []
    for agent in row.run.agents:
        shown = state(agent.status.state, view.glyphs, is_live=view.is_live)
        inside = FleetRow(f"agent {agent.id}", row.run, agent, (), 0)
        start = 2 + 2 + 15
        room = width - start - 2
        cells = [
            Cell(2, 1, [shown.mark]),
            Cell(4, 14, [(parts.cut(agent.name, 14, view.glyphs), "ink")]),
            Cell(start, room, [(parts.cut(now_text(inside, view), room, view.glyphs), "muted")]),
        ]
        lines.append(columns(width, cells))
    return lines


def _agent(row: FleetRow, facts: PreviewFacts, width: int, height: int, view: View) -> list[Line]:
    lines: list[Line] = []
    says = now_text(row, view, is_alone=True)
    if facts.gate is not None:
        lines += [*_gate(facts.gate, width, view), BLANK]
    elif says:
        lines += [*_details([("now", says)], width, 2), BLANK]
    pairs: Pairs = []
    if _context(row, view):
        pairs.append(("context", _context(row, view)))
    if facts.budget is not None:
        pairs.append(("budget", _budget(facts, view, is_brief=width < 56)))
    if any(facts.tokens_per_minute):
        pairs.append(("tok/min", _pace(facts, view)))
    if pairs:
        lines += [*_details(pairs, width, 2), BLANK]
    if facts.tail:
        lines += _tail(facts, width, height - len(lines), view)
    return lines


def _gate(gate: GateInView, width: int, view: View) -> list[Line]:
    risk = parts.risk(gate.risk, view.glyphs)
    start = 2 + LABEL
    room = width - start - 2
    titles = parts.wrap(gate.title, room - width_of(risk) - 2)[:3]
    first: list[Span] = [("wants".ljust(LABEL), "muted"), (titles[0], "bright bold")]
    lines = [spread(first, risk, width, margin=2, gap=2)]
    lines += [columns(width, [Cell(start, room, [(t, "bright bold")])]) for t in titles[1:]]
    for change in gate.files:
        added, removed = numbers.lines(change.added, change.removed, view.glyphs)
        name = parts.cut_path(change.name, room - 12, view.glyphs)
        cells = [
            Cell(start, room - 11, [(name, "ink")]),
            Cell(width - 13, 5, [added], "right"),
            Cell(width - 7, 5, [removed], "right"),
        ]
        lines.append(columns(width, cells))
    if gate.more_files:
        lines.append(columns(width, [Cell(start, room, [(f"+{gate.more_files} more", "muted")])]))
    if gate.expires is not None:
        left = numbers.countdown(gate.expires - view.now, view.glyphs)
        spans: list[Span] = [("expires".ljust(LABEL), "muted"), ("in ", "ink"), (left, "you bold")]
        if gate.is_late:
            since = numbers.moment(gate.expires, view.now)
            spans = [("overdue".ljust(LABEL), "muted"), ("since ", "ink"), (since, "you bold")]
        lines.append(spread(spans, [("a", "bright bold"), (" review", "muted")], width, margin=2))
    if gate.why:
        because = "\n".join(parts.wrap(gate.why, room)[:6])
        lines += [BLANK, *_details([("because", because)], width, 2)]
    return lines


def _context(row: FleetRow, view: View) -> list[Span]:
    agent = row.agent
    return _gauge(agent.context, view) if agent is not None and agent.context is not None else []


def _budget(facts: PreviewFacts, view: View, *, is_brief: bool = False) -> list[Span]:
    if facts.budget is None:
        return []
    limit, used = (numbers.dollars(usd, view.glyphs) for usd in facts.budget)
    gauge = _gauge(facts.budget.used / facts.budget.limit, view)
    said: list[Span] = [("  ", ""), ("of ", "muted"), (limit, "ink")]
    return [*gauge, *said] if is_brief else [*gauge, (f"  {used} ", "ink"), *said[1:]]


def _gauge(share: float, view: View) -> list[Span]:
    return [
        *parts.gauge(share, GAUGE, view.glyphs),
        (f" {numbers.percent(share, view.glyphs):>4}", "ink"),
    ]


def _pace(facts: PreviewFacts, view: View) -> list[Span]:
    minutes = facts.tokens_per_minute[-GAUGE:]
    spark = parts.spark(minutes, GAUGE, view.glyphs, token="run")
    now, peak = numbers.tokens(minutes[-1]), numbers.tokens(max(minutes))
    return [*spark, (f" {now:>4}", "ink"), ("  peak ", "muted"), (peak, "ink")]


def _tail(facts: PreviewFacts, width: int, height: int, view: View) -> list[Line]:
    """The newest calls, as many as there is room for, newest last."""
    if height < 2:
        return []
    lines = [columns(width, [Cell(2, 9, [("tail", "bright bold")])])]
    return lines + [_tail_line(line, width, view) for line in facts.tail[-(height - 1) :]]


def _tail_line(line: TailLine, width: int, view: View) -> Line:
    start, failed = 13, line.status == "failed"
    is_narrow = width < 60
    room = width - start - 2
    name: Span = (parts.cut(line.name, room - 10, view.glyphs), "bad" if failed else "ink")
    right = _tail_right(line, view)
    if is_narrow and line.target and not line.error:
        # What it is about says more than how long it took.
        room_right = room - width_of([name]) - 2
        right = [(_cut(line.target, room_right, view), "muted")]
    said: list[Span] = [name]
    beside = line.error or ("" if is_narrow else line.target)
    left = room - width_of([*said, *right]) - 3
    if beside and left >= 6:
        said += [("  ", ""), (_cut(beside, left, view), "bad" if failed else "muted")]
    cells = [
        Cell(2, 8, [(numbers.time_of_day(line.at), "muted")]),
        Cell(11, 1, [_mark(line, view)]),
        Cell(start, room - width_of(right) - 1, said),
        Cell(width - 2 - width_of(right), width_of(right), right),
    ]
    return columns(width, cells)


def _tail_right(line: TailLine, view: View) -> list[Span]:
    spans: list[Span] = []
    if line.cost_usd is not None:
        spans.append((numbers.dollars(line.cost_usd, view.glyphs), "ink"))
    took = numbers.duration(line.seconds, view.glyphs) if line.seconds is not None else "open"
    spans.append((f"{took:>7}", "ink" if line.seconds is not None else "muted"))
    return spans


def _mark(line: TailLine, view: View) -> Span:
    if line.status == "failed":
        return (view.glyphs.failed, "bad")
    return (view.glyphs.running, "run") if line.kind == "llm" else (view.glyphs.tool, "tool")
