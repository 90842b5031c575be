"""Draws the rows of a run: as waterfall, as tree with words, as lanes, or as shape."""

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from ...data.span_list import Span as RunSpan
from ...data.spans import Node, Step
from .. import numbers, parts
from ..glyphs import state
from ..line import Cell, Line, Span, columns, width_of
from .fleet import short_model
from .run_scene import Axis, Scene, is_open, run_cost, seconds_of, state_word, times_of
from .span_rows import SpanRow, steps_of

DEEPEST = 6
"""Levels whose guides are drawn; deeper rows stand where these stand."""

_WAITING = "waiting on you"

# Columns


class Layout(NamedTuple):
    """Where the columns stand; a width of 0 leaves one out."""

    span_width: int
    time: int
    cost: int
    cost_width: int
    bars: int
    bars_width: int


SPAN = 3
TIME_WIDTH = 7


def layout(width: int) -> Layout:
    """The columns of look.md section 5: bars go first when narrow, then the cost."""
    if width < 60:
        return Layout(max(4, width - SPAN - TIME_WIDTH - 2), width - TIME_WIDTH - 1, 0, 0, width, 0)
    if width < 80:
        time = SPAN + 20
        return Layout(20, time, 0, 0, time + 8, width - 1 - time - 8)
    span = 31 if width >= 120 else 26
    time = SPAN + span
    return Layout(span, time, time + 8, 5, time + 15, width - 1 - time - 15)


class TreeLayout(NamedTuple):
    """Where the columns of the tree stand; 0 leaves one out."""

    span_width: int
    state: int
    began: int
    time: int
    cost: int
    note: int


def tree_layout(width: int) -> TreeLayout:
    """The tree has words where the waterfall has bars."""
    if width < 60:
        return TreeLayout(layout(width).span_width, 0, 0, layout(width).time, 0, 0)
    if width < 80:
        span = width - SPAN - 21
        return TreeLayout(span, SPAN + span + 1, 0, width - 8, 0, 0)
    span = 40 if width < 120 else 44
    at = SPAN + span + 1
    note = at + 37 if width >= 100 else 0
    return TreeLayout(span, at, at + 11, at + 20, at + 28, note)


def head(width: int, scene: Scene) -> Line:
    """The column heads, and the axis where there are bars."""
    if scene.mode == "tree":
        return _tree_head(width)
    at = layout(width)
    cells = [
        Cell(SPAN, at.span_width, [("AGENT" if scene.mode == "timeline" else "SPAN", "muted")]),
        Cell(at.time, TIME_WIDTH, [("TIME", "muted")], "right"),
    ]
    if at.cost_width:
        cells.append(Cell(at.cost, at.cost_width, [("COST", "muted")], "right"))
    if at.bars_width:
        cells.append(Cell(at.bars, at.bars_width, _axis_labels(scene, at.bars_width)))
    return columns(width, cells)


def _axis_labels(scene: Scene, cells: int) -> list[Span]:
    axis = scene.axis(cells)
    end = numbers.duration(axis.end - axis.start, scene.view.glyphs) if scene.is_over else "now"
    end_token = "ink" if scene.view.is_live and not scene.is_over else "muted"
    room = cells - len(end) - 1
    pieces: list[parts.Piece] = [(0, [("0", "muted")])]
    pieces += [
        (cell, [(label, "muted")]) for cell, label in axis.ticks() if cell + len(label) <= room
    ]
    pieces.append((cells - len(end), [(end, end_token)]))
    return parts.lay(cells, pieces)


def _tree_head(width: int) -> Line:
    at = tree_layout(width)
    cells = [
        Cell(SPAN, at.span_width, [("SPAN", "muted")]),
        Cell(at.time, TIME_WIDTH, [("TIME", "muted")], "right"),
    ]
    if at.state:
        cells.append(Cell(at.state, 10, [("STATE", "muted")]))
    if at.began:
        cells.append(Cell(at.began, 8, [("BEGAN", "muted")]))
    if at.cost:
        cells.append(Cell(at.cost, 6, [("COST", "muted")], "right"))
    if at.note:
        cells.append(Cell(at.note, width - 1 - at.note, [("NOTE", "muted")]))
    return columns(width, sorted(cells, key=lambda cell: cell.start))


# Rows


def row_line(row: SpanRow, width: int, scene: Scene) -> Line:
    """One row in the scene's mode."""
    if scene.mode == "tree":
        return _tree_line(row, width, scene)
    at = layout(width)
    times = _time_cells(row, at.time, scene)
    # A time that fills its column would touch the name.
    room = at.span_width - (width_of(times[0].spans) >= TIME_WIDTH)
    cells = [
        Cell(SPAN, room, name_spans(row, room, scene)),
        *times,
    ]
    if at.cost_width:
        cells.append(Cell(at.cost, at.cost_width, [_cost(row, at.cost_width, scene)], "right"))
    if at.bars_width:
        cells.append(Cell(at.bars, at.bars_width, _bar_spans(row, at.bars_width, scene)))
    return columns(width, cells, bar_start=at.bars if at.bars_width else None)


def name_spans(row: SpanRow, width: int, scene: Scene) -> list[Span]:
    """The guides, the mark and the name of a row."""
    glyphs = scene.view.glyphs
    guide = parts.guides(row.lasts[-DEEPEST:], glyphs)
    room = max(1, width - width_of([guide]))
    if row.step is not None:
        spans = _step_name(row.step, room, scene)
    elif row.span is not None:
        spans = _span_name(row.span, room, scene)
    else:
        spans = _node_name(row, room, scene)
    return [guide, *parts.cut_spans(spans, room, glyphs)]


def _node_name(row: SpanRow, room: int, scene: Scene) -> list[Span]:
    node, glyphs = row.node, scene.view.glyphs
    folded: list[Span] = [(f" +{row.hidden:,}", "soft")] if row.hidden else []
    if node.agent is None:
        if node is scene.tree.orphans:
            return [(f"orphans ({len(node.spans) + len(node.children):,})", "doubt bold"), *folded]
        title = scene.tree.run.title if scene.tree.run is not None else ""
        name = parts.cut(title, room - width_of(folded), glyphs)
        return [(name, scene.tone("bright bold")), *folded]
    token = "bright bold"
    if node.agent.status == "failed":
        folded.insert(0, (f" {glyphs.failed}", scene.tone("bad bold")))
    model: list[Span] = [(f" {short_model(node.agent.model)}", "muted")] if node.agent.model else []
    name = parts.cut(node.agent.name, max(3, room - width_of(folded)), glyphs)
    if width_of([(name, ""), *model, *folded]) > room:
        model = []
    return [(name, scene.tone(token)), *model, *folded]


def _span_name(span: RunSpan, room: int, scene: Scene) -> list[Span]:
    mark, token = span_mark(span, scene)
    name = parts.cut(span.name, room - 2, scene.view.glyphs)
    spans: list[Span] = [(mark, token), (" ", "")]
    if not span.is_failed:
        return [*spans, (name, scene.tone("ink"))]
    spans.append((name, "bad bold" if scene.view.is_live else "soft bold"))
    rest = span.note.partition(",")[2].strip()
    return [*spans, (f" {rest}", scene.tone("bad"))] if rest else spans


def _step_name(step: Step, room: int, scene: Scene) -> list[Span]:
    glyphs = scene.view.glyphs
    mark, token = _kind_mark(step.first, scene)
    count = f" {numbers.times(step.count, glyphs)}" if step.count > 1 else ""
    name = parts.cut(step.name, max(1, room - 2 - width_of([(count, "")])), glyphs)
    return [(mark, token), (" ", ""), (name, scene.tone("ink")), (count, "muted")]


def span_mark(span: RunSpan, scene: Scene) -> Span:
    """The mark of a span: what it is, or that it failed."""
    glyphs, is_live = scene.view.glyphs, scene.view.is_live
    if span.is_failed:
        return state("FAILED", glyphs, is_live=is_live).mark
    if not is_live and span.end is None:
        return (glyphs.unknown, "muted")
    return _kind_mark(span, scene)


def _kind_mark(span: RunSpan, scene: Scene) -> Span:
    glyphs = scene.view.glyphs
    if span.kind == "gate":
        is_open = span.is_open(scene.view.now)
        return (glyphs.waiting, scene.tone("you" if is_open else "muted"))
    if span.kind == "llm":
        return (glyphs.running, scene.tone("run"))
    return (glyphs.tool, scene.tone("tool"))


def _time_cells(row: SpanRow, start: int, scene: Scene) -> list[Cell]:
    seconds = seconds_of(row, scene)
    goes_on = is_open(row, scene)
    token = "doubt" if seconds is not None and seconds < 0 else "ink" if goes_on else "soft"
    text = numbers.duration(seconds, scene.view.glyphs)
    cells = [Cell(start, TIME_WIDTH, [numbers.toned(text, scene.tone(token))], "right")]
    if goes_on and not scene.view.is_live:
        cells.append(Cell(start + TIME_WIDTH, 1, [(scene.view.glyphs.unknown, "doubt bold")]))
    return cells


def _cost(row: SpanRow, width: int, scene: Scene) -> Span:
    glyphs = scene.view.glyphs
    if row.span is not None:
        if row.span.kind != "llm":
            return (glyphs.nothing, "faint")
        if row.span.end is None and row.span.cost_usd is None:
            return (glyphs.idle, "muted")
        cost = row.span.cost_usd
    elif row.step is not None:
        cost = row.step.cost_usd
        if row.step.kind != "llm":
            return (glyphs.nothing, "faint")
    else:
        cost = row.node.agent.cost_usd if row.node.agent is not None else run_cost(scene.tree)
        if row.node is scene.tree.orphans:
            return (glyphs.nothing, "faint")
    # Without a call there is nothing that could have a price: nothing is in doubt.
    is_unasked = row.is_run and not scene.tree.unpriced
    if cost is None and (is_unasked or not scene.tree.has_costs):
        return (glyphs.nothing, "faint")
    text = parts.cut(numbers.money(cost, glyphs, width=width), width, glyphs)
    return (text, "doubt" if cost is None else scene.tone("soft"))


# Bars


def _bar_spans(row: SpanRow, cells: int, scene: Scene) -> list[Span]:
    if scene.mode == "shape" and row.step is None:
        return _sequence(row.node, cells, scene)
    axis, glyphs = scene.axis(cells), scene.view.glyphs
    pieces = parts.time_grid([cell for cell, _ in axis.ticks()], glyphs)
    if scene.mode == "timeline":
        pieces += _lane(row.node, axis, scene)
    elif row.step is not None:
        pieces += _step_bar(row.step, axis, scene)
    elif row.span is not None:
        pieces += _leaf(row.span, axis, scene)
    else:
        pieces += _parent(row, axis, scene)
    return parts.lay(cells, pieces)


def _parent(row: SpanRow, axis: Axis, scene: Scene) -> list[parts.Piece]:
    start, end = times_of(row, scene)
    if start == inf or end is None:
        return []
    token = "muted" if row.is_run else "faint"
    goes_on = is_open(row, scene)
    bar = parts.parent_bar(
        axis.at(start), axis.at(end), axis.cells, scene.view.glyphs, token, is_open=goes_on
    )
    return [_quiet(bar, scene)]


def _leaf(span: RunSpan, axis: Axis, scene: Scene) -> list[parts.Piece]:
    if span.start == inf:
        return _labels(span, 0, axis, scene)
    glyphs, start, end = scene.view.glyphs, axis.at(span.start), axis.at(span.ends(scene.horizon))
    goes_on = span.is_open(scene.view.now) and not scene.is_over
    if span.is_waiting:
        label = _WAITING if goes_on and span.kind == "gate" and scene.view.is_live else ""
        bar = parts.wait_bar(start, end, axis.cells, glyphs, is_open=goes_on, label=label)
        return [_quiet(bar, scene), *_labels(span, _end_of(bar), axis, scene)]
    token = "bad" if span.is_failed else "run" if span.kind == "llm" else "tool"
    is_shaded = span.kind == "tool" and scene.view.mode == "mono"
    bar = parts.span_bar(start, end, axis.cells, glyphs, scene.tone(token), is_shaded=is_shaded)
    pieces = [bar]
    if goes_on:
        pieces.append((axis.cells - 1, [(glyphs.path, f"{scene.tone(token)} bold")]))
    return pieces + _labels(span, _end_of(bar), axis, scene)


def _quiet(piece: parts.Piece, scene: Scene) -> parts.Piece:
    """The piece; without its colours where they may no longer be true."""
    if scene.view.is_live:
        return piece
    return (piece[0], [(text, "muted") for text, _ in piece[1]])


def _end_of(bar: parts.Piece) -> int:
    return bar[0] + width_of(bar[1])


def _labels(span: RunSpan, end: int, axis: Axis, scene: Scene) -> list[parts.Piece]:
    """What is said beside a bar, or on it: how it failed, and what is odd about its times."""
    before = round(axis.at(span.start)) - 1
    after, inside = axis.cells - end - 1, end - before - 2
    said = _said(span, scene, max(before, after, inside - 2))
    width = width_of(said)
    if not said:
        return []
    if width <= after:
        return [(end + 1, said)]
    if width <= before:
        return [(before - width, said)]
    return [(before + 2, [(" ", ""), *said, (" ", "")])]


def _said(span: RunSpan, scene: Scene, room: int) -> list[Span]:
    glyphs = scene.view.glyphs
    odd = scene.tree.skew(span)
    if odd is None and span.end is None and scene.is_over:
        odd = "never closed"
    doubt: list[Span] = [(f"{glyphs.alarm} {odd}", "doubt")] if odd is not None else []
    if not span.is_failed:
        return list(parts.cut_spans(doubt, room, glyphs))
    why = f"{glyphs.failed} {span.note.partition(',')[0].strip() or 'failed'}"
    token = "bad bold" if scene.view.is_live else "soft bold"
    if not doubt:
        return [(parts.cut(why, room, glyphs), token)]
    rest = room - width_of(doubt) - 2
    cut: list[Span] = [(parts.cut(why, rest, glyphs), token), ("  ", "")] if rest >= 6 else []
    return list(parts.cut_spans([*cut, *doubt], room, glyphs))


def _lane(node: Node, axis: Axis, scene: Scene) -> list[parts.Piece]:
    """All of an agent's spans in one row: in each cell what took most of it."""
    glyphs = scene.view.glyphs
    row = SpanRow(node.key, node, None, ())
    start, end = times_of(row, scene)
    pieces: list[parts.Piece] = []
    if start != inf and end is not None:
        first, last = int(axis.at(start)), max(int(axis.at(end)), int(axis.at(start)) + 1)
        pieces.append((first, [(glyphs.track * min(last - first, axis.cells - first), "line")]))
    going = [span for span in scene.tree.open.values() if scene.tree.node_of(span) is node]
    cells = [_lane_cell(node, going, axis, cell, scene) for cell in range(axis.cells)]
    pieces += [(at, [cell]) for at, cell in enumerate(cells) if cell is not None]
    pieces += [
        (int(min(axis.at(span.start), axis.cells - 1)), [(glyphs.failed, scene.tone("bad bold"))])
        for span in node.failed[-axis.cells :]
    ]
    if any(span.is_open(scene.view.now) for span in going) and not scene.is_over:
        pieces.append((axis.cells - 1, [(glyphs.path, scene.tone("bright bold"))]))
    return pieces


def _lane_cell(
    node: Node, going: Sequence[RunSpan], axis: Axis, cell: int, scene: Scene
) -> Span | None:
    glyphs, width = scene.view.glyphs, (axis.end - axis.start) / axis.cells
    start = axis.start + cell * width
    end = start + width
    covered = {kind: coverage.within(start, end) for kind, coverage in node.covered.items()}
    for span in going:
        kind = "gate" if span.is_waiting else span.kind
        covered[kind] += max(0.0, min(end, span.ends(scene.horizon)) - max(start, span.start))
    if covered["gate"] > 0 and covered["gate"] >= max(covered.values()):
        return (glyphs.wait, "you on you-tint" if scene.view.is_live else "muted")
    if covered["llm"] <= 0 and covered["tool"] <= 0:
        return None
    if covered["llm"] >= covered["tool"]:
        return (glyphs.solid, scene.tone("run"))
    return (glyphs.shade if scene.view.mode == "mono" else glyphs.solid, scene.tone("tool"))


def _step_bar(step: Step, axis: Axis, scene: Scene) -> list[parts.Piece]:
    """From the first to the last time; how often it failed."""
    glyphs = scene.view.glyphs
    if step.first.start == inf:
        return []
    token = {"gate": "you", "llm": "run", "tool": "tool"}[step.kind]
    end = step.last_end or step.first.ends(scene.horizon)
    bar = parts.parent_bar(
        axis.at(step.first.start),
        axis.at(end),
        axis.cells,
        glyphs,
        scene.tone(token),
        is_open=False,
    )
    if not step.failed:
        return [bar]
    said = f" {glyphs.failed} {step.failed:,} failed "
    at = _end_of(bar)
    if at + len(said) > axis.cells:
        at = max(0, bar[0] - len(said))
    return [bar, (at, [(said, scene.tone("bad bold"))])]


def _sequence(node: Node, cells: int, scene: Scene) -> list[Span]:
    return list(parts.cut_spans(shape_spans(node, scene), cells, scene.view.glyphs))


def shape_spans(node: Node, scene: Scene) -> list[Span]:
    """What an agent did, repeats folded: `edit ×3 › pytest ×2 › gate`."""
    glyphs = scene.view.glyphs
    spans: list[Span] = []
    for step in steps_of(node):
        if spans:
            spans.append((f" {glyphs.path} ", "faint"))
        spans.append((step.name, scene.tone("you" if step.kind == "gate" else "ink")))
        if step.count > 1:
            spans.append((f" {numbers.times(step.count, glyphs)}", "muted"))
        if step.failed:
            spans.append((f" {glyphs.failed}{step.failed}", scene.tone("bad")))
    return spans


# The tree


def _tree_line(row: SpanRow, width: int, scene: Scene) -> Line:
    at, glyphs = tree_layout(width), scene.view.glyphs
    cells = [Cell(SPAN, at.span_width, name_spans(row, at.span_width, scene))]
    if at.state:
        cells.append(Cell(at.state, 10, [state_word(row, scene)]))
    if at.began:
        start, _ = times_of(row, scene)
        text = numbers.time_of_day(None if start == inf else start, glyphs=glyphs)
        cells.append(Cell(at.began, 8, [numbers.toned(text, "muted")]))
    cells += _time_cells(row, at.time, scene)
    if at.cost:
        cells.append(Cell(at.cost, 6, [_cost(row, 6, scene)], "right"))
    if at.note:
        room = width - 1 - at.note
        cells.append(Cell(at.note, room, parts.cut_spans(_note(row, scene), room, glyphs)))
    return columns(width, cells)


def _note(row: SpanRow, scene: Scene) -> list[Span]:
    if row.span is None:
        note = row.node.agent.note if row.node.agent is not None else ""
        return [(note, scene.tone("bad"))] if note else []
    odd = scene.tree.skew(row.span)
    spans: list[Span] = []
    if row.span.note:
        spans.append((row.span.note, scene.tone("bad" if row.span.is_failed else "muted")))
    if odd is not None:
        gap = "   " if spans else ""
        spans.append((f"{gap}{scene.view.glyphs.alarm} {odd}", "doubt"))
    return spans
