"""Draws the pane below a run: what is known of the selected row, in four rows or in fourteen."""

from collections.abc import Sequence
from math import inf

from ...data.span_detail import Detail, FileChange, GateDetail, PromptDetail, ToolDetail
from ...data.span_list import Span as RunSpan
from ...data.spans import Node
from .. import numbers, parts
from ..frame import facts as groups
from ..glyphs import state
from ..line import BLANK, Line, Span, fit, spread, width_of
from .fleet import short_model
from .run_scene import Scene, is_open, run_cost, seconds_of, state_of, times_of
from .run_summary import path_spans, share_spans
from .span_rows import SpanRow
from .waterfall import shape_spans, span_mark

TALL = 8
"""Rows from which the pane takes blank lines and whole lists."""

Pairs = Sequence[tuple[str, Sequence[Span] | str]]


def detail_lines(
    row: SpanRow | None, detail: Detail | None, width: int, height: int, scene: Scene
) -> list[Line]:
    """The pane's lines; what was not read yet is simply not there yet."""
    if row is None:
        return []
    is_tall = height >= TALL
    if row.span is None or detail is None or detail.key != row.span.key:
        detail = None
    margin, label = (3, 11) if is_tall else (1, 9)
    title = _title(row, detail, width, margin, scene)
    pairs = _pairs(row, detail, width - margin - label - 1, is_tall, scene)
    body = parts.details(pairs, width - 1, label_width=label, margin=margin)
    if not is_tall:
        return [title, *body][:height]
    keys = _keys(row, width, margin + label, scene)
    return [BLANK, title, BLANK, *body[: height - 5], BLANK, *keys][:height]


# The title


def _title(row: SpanRow, detail: Detail | None, width: int, margin: int, scene: Scene) -> Line:
    right = _title_right(row, detail, scene)
    left = _title_left(row, width - 2 * margin - width_of(right) - 3, scene)
    line = spread(left, right, width, margin=margin)
    if scene.view.has_grounds:
        return line
    # Without background steps a hairline is the pane's edge.
    edge = scene.view.glyphs.hairline
    middle = width - 2 * margin - width_of(left) - width_of(right) - 2
    spans = [
        (edge * margin, "line"),
        *left,
        (" ", ""),
        (edge * max(0, middle), "line"),
        (" ", ""),
        *right,
        (edge * margin, "line"),
    ]
    return Line(fit(spans, width))


def _title_left(row: SpanRow, room: int, scene: Scene) -> list[Span]:
    glyphs = scene.view.glyphs
    if row.step is not None:
        name = f"{row.step.name} {numbers.times(row.step.count, glyphs)}"
        return [(parts.cut(name, room, glyphs), "bright bold")]
    if row.span is not None:
        word = {"gate": "gate ", "llm": "", "tool": ""}[row.span.kind]
        by = f"   {_owner(row.node)}" if row.node.agent is not None else ""
        name = parts.cut(word + row.span.name, max(8, room - 2 - len(by)), glyphs)
        by = by if width_of([(name + by, "")]) + 2 <= room else ""
        return [span_mark(row.span, scene), (" ", ""), (name, "bright bold"), (by, "muted")]
    agent, run = row.node.agent, scene.tree.run
    if agent is not None:
        name = parts.cut(agent.name, room, glyphs)
        return [(name, "bright bold"), (f" {short_model(agent.model)}", "muted")]
    if row.is_run and run is not None:
        tail = f" {parts.cut_id(run.id)}"
        return [(parts.cut(run.title, room - len(tail), glyphs), "bright bold"), (tail, "muted")]
    return [("orphans", "doubt bold")]


def _owner(node: Node) -> str:
    return f"by {node.agent.name}" if node.agent is not None else ""


def _title_right(row: SpanRow, detail: Detail | None, scene: Scene) -> list[Span]:
    glyphs = scene.view.glyphs
    if row.step is not None or row.node is scene.tree.orphans:
        return []
    if row.span is not None and row.span.kind == "gate":
        return _gate_right(row.span, detail, scene)
    shown = state(state_of(row, scene), glyphs, is_live=scene.view.is_live)
    seconds = numbers.duration(seconds_of(row, scene), glyphs)
    spans: list[Span] = [shown.mark, (" ", ""), shown.word, ("   ", ""), (seconds, "ink")]
    if is_open(row, scene) and not scene.view.is_live:
        spans.append((glyphs.unknown, "doubt bold"))
    return spans


def _gate_right(gate: RunSpan, detail: Detail | None, scene: Scene) -> list[Span]:
    glyphs, now = scene.view.glyphs, scene.view.now
    spans: list[Span] = []
    if isinstance(detail, GateDetail):
        spans = parts.risk(detail.risk, glyphs)
    if not gate.is_open(now):
        by = detail.decided_by if isinstance(detail, GateDetail) else ""
        word = "no answer" if gate.status in ("pending", "expired") else gate.status
        told = f"{word} by {by}" if by and word != "no answer" else word
        return [*spans, ("   ", ""), (told, "ink")]
    if gate.until is None:
        return [*spans, ("   ", ""), ("no expiry", "muted")]
    left = numbers.countdown(gate.until - now, glyphs)
    if not scene.view.is_live:
        return [
            *spans,
            ("   expires in ", "muted"),
            (left, "muted"),
            (glyphs.unknown, "doubt bold"),
        ]
    return [*spans, ("   expires in ", "muted"), (left, "you bold")]


# The facts


def _pairs(row: SpanRow, detail: Detail | None, room: int, is_tall: bool, scene: Scene) -> Pairs:
    if row.step is not None:
        return _step_pairs(row, scene)
    if row.span is None:
        return _node_pairs(row, room, scene)
    if row.span.kind == "gate":
        return _gate_pairs(row.span, detail, room, is_tall, scene)
    return _call_pairs(row, detail, room, is_tall, scene)


def _clock(moment: float | None, scene: Scene) -> str:
    known = None if moment is None or moment == inf else moment
    return numbers.moment(known, scene.view.now, glyphs=scene.view.glyphs)


def _labelled(label: str, text: str, token: str = "ink") -> list[Span]:
    return [(f"{label} ", "muted"), (text, token)]


def _gate_pairs(
    gate: RunSpan, detail: Detail | None, room: int, is_tall: bool, scene: Scene
) -> Pairs:
    glyphs = scene.view.glyphs
    known = detail if isinstance(detail, GateDetail) else None
    facts: list[list[Span]] = [[(_clock(gate.start, scene), "ink")]]
    if gate.end is not None:
        facts.append(_labelled("answered", _clock(gate.end, scene)))
    elif is_tall and gate.until is not None:
        facts.append(_labelled("expires", _clock(gate.until, scene)))
    if known is not None and known.needed > 1:
        facts.append(_labelled("signed", f"{known.signed} of {known.needed}"))
    if known is not None and known.why and not is_tall:
        rest = room - width_of(groups(*facts)) - 7
        facts.append(_labelled("why", parts.cut(known.why, rest, glyphs)))
    pairs: list[tuple[str, Sequence[Span] | str]] = [("opened", groups(*facts))]
    if known is None:
        return pairs
    if known.why and is_tall:
        pairs.append(("why", parts.cut(known.why, 2 * room - 8, glyphs)))
    pairs += _change_pairs(known, room, is_tall, scene)
    if known.reason:
        pairs.append(("reason", parts.cut(known.reason, room, glyphs)))
    elif known.on_timeout and gate.end is None:
        told = parts.cut(known.on_timeout, room, glyphs)
        pairs.append(("on timeout" if is_tall else "timeout", [(told, "ink")]))
    return pairs


def _change_pairs(known: GateDetail, room: int, is_tall: bool, scene: Scene) -> Pairs:
    glyphs = scene.view.glyphs
    files = [change for change in known.changes if change.kind == "file"]
    others = [change for change in known.changes if change.kind != "file"]
    pairs: list[tuple[str, Sequence[Span] | str]] = []
    if not known.changes:
        pairs.append(("payload", [("large: a shows all of it", "muted")]))
    if files and is_tall:
        most = max(change.added + change.removed for change in files)
        for number, change in enumerate(files[:4]):
            label = "files" if number == 0 else ""
            pairs.append((label, _file_line(change, most, room, scene)))
        if len(files) > 4:
            pairs.append(("", [parts.folded(len(files) - 4, "files", glyphs)]))
    elif files:
        pairs.append(("files", _file_words(files, room, scene)))
    for change in others[:3]:
        text = parts.cut(change.head or change.title, room, glyphs)
        pairs.append((parts.cut(change.kind, 9, glyphs), [(text, "ink")]))
    return pairs


def _file_line(change: FileChange, most: int, room: int, scene: Scene) -> list[Span]:
    glyphs = scene.view.glyphs
    path = parts.pad(parts.cut_path(change.title, 21, glyphs), 22)
    added, removed = numbers.lines(change.added, change.removed, glyphs)
    counts: list[Span] = [
        (parts.pad(added[0], 5, "right"), added[1]),
        (parts.pad(removed[0], 5, "right"), removed[1]),
    ]
    bar = parts.change_bar(change.added, change.removed, most, min(20, room - 36), glyphs)
    return [(path, "ink"), *counts, ("   ", ""), *bar]


def _file_words(files: Sequence[FileChange], room: int, scene: Scene) -> list[Span]:
    """`auth/session.py +41 −7   auth/keys.py +9`; zeros are left out."""
    glyphs = scene.view.glyphs
    spans: list[Span] = []
    for number, change in enumerate(files):
        added, removed = numbers.lines(change.added, change.removed, glyphs)
        group: list[Span] = [(parts.cut_path(change.title, 24, glyphs), "ink")]
        group += [(f" {text}", token) for text, token in (added, removed) if text[1:] != "0"]
        longer = [*spans, *([("   ", "")] if spans else []), *group]
        rest = len(files) - number - 1
        if width_of(longer) > room - (10 if rest else 0):
            return [*spans, (f"   +{rest + 1:,} more", "muted")]
        spans = longer
    return spans


def _call_pairs(
    row: SpanRow, detail: Detail | None, room: int, is_tall: bool, scene: Scene
) -> Pairs:
    span, glyphs = row.span, scene.view.glyphs
    assert span is not None
    facts: list[list[Span]] = [[(_clock(span.start, scene), "ink")]]
    if span.end is not None:
        facts.append(_labelled("ended", _clock(span.end, scene)))
    if isinstance(detail, PromptDetail) and detail.model:
        facts.append(_labelled("model", detail.model))
    if isinstance(detail, ToolDetail) and detail.risk:
        facts.append([("risk ", "muted"), *parts.risk(detail.risk, glyphs)])
    if detail is not None and not isinstance(detail, GateDetail) and detail.latency_ms is not None:
        facts.append(_labelled("latency", numbers.duration(detail.latency_ms / 1000, glyphs)))
    pairs: list[tuple[str, Sequence[Span] | str]] = [("began", groups(*facts))]
    if isinstance(detail, PromptDetail):
        pairs.append(("tokens", _token_spans(detail, span, scene)))
    odd = scene.tree.skew(span)
    if odd is not None:
        pairs.append(("clock", [(f"{glyphs.alarm} {odd}", "doubt")]))
    error = span.note
    if detail is not None and not isinstance(detail, GateDetail):
        error = detail.error or error
    if error:
        lines = parts.wrap(parts.cut(error, room * (6 if is_tall else 1), glyphs), room)
        token = scene.tone("bad" if span.is_failed else "muted")
        pairs += [("error" if n == 0 else "", [(line, token)]) for n, line in enumerate(lines)]
    elif not is_tall:
        pairs.append(("", _key_spans(row, scene)))
    return pairs


def _token_spans(detail: PromptDetail, span: RunSpan, scene: Scene) -> Sequence[Span]:
    glyphs = scene.view.glyphs
    taken = _labelled("in", numbers.tokens(detail.tokens_in, glyphs))
    if detail.cache_read:
        taken.append((f" ({numbers.tokens(detail.cache_read, glyphs)} cached)", "muted"))
    facts = [taken, _labelled("out", numbers.tokens(detail.tokens_out, glyphs))]
    if span.cost_usd is None:
        is_unpriced = span.end is not None and scene.tree.has_costs
        facts.append([("unpriced", "doubt")] if is_unpriced else [])
    else:
        cost = numbers.dollars(span.cost_usd, glyphs)
        facts.append([(cost, "ink"), (f" {detail.cost_source}", "muted")])
    return groups(*[fact for fact in facts if fact])


def _node_pairs(row: SpanRow, room: int, scene: Scene) -> Pairs:
    node, glyphs = row.node, scene.view.glyphs
    if node is scene.tree.orphans:
        return [
            ("what", "spans whose agent, and agents whose parent, is not in this run"),
            ("how many", [(f"{len(node.spans):,} spans, {len(node.children):,} agents", "ink")]),
        ]
    start, _ = times_of(row, scene)
    facts: list[list[Span]] = [[(_clock(start, scene), "ink")]]
    ended = node.agent.end if node.agent is not None else None
    if row.is_run and scene.tree.run is not None:
        ended = scene.tree.run.end
    if ended is not None:
        facts.append(_labelled("ended", _clock(ended, scene)))
    facts += _money_facts(row, scene)
    pairs: list[tuple[str, Sequence[Span] | str]] = [("began", groups(*facts))]
    if row.is_run:
        return [*pairs, *_run_pairs(room, scene)]
    shape = shape_spans(node, scene)
    if shape:
        pairs.append(("did", parts.cut_spans(shape, room, glyphs)))
    if node.agent is not None and node.agent.note:
        token = scene.tone("bad" if node.agent.status == "failed" else "muted")
        pairs.append(("error", [(parts.cut(node.agent.note, room, glyphs), token)]))
    return pairs


def _money_facts(row: SpanRow, scene: Scene) -> list[list[Span]]:
    agent, glyphs = row.node.agent, scene.view.glyphs
    cost = agent.cost_usd if agent is not None else run_cost(scene.tree)
    is_floor = agent is None and scene.tree.unpriced > 0
    is_recorded = cost is not None or scene.tree.unpriced
    written = numbers.dollars(cost, glyphs, is_floor=is_floor)
    facts = [_labelled("cost", written if is_recorded else "not recorded")]
    if agent is not None and agent.context is not None:
        used = numbers.context(agent.context, glyphs)
        facts.append([("context ", "muted"), used])
    return facts


def _run_pairs(room: int, scene: Scene) -> Pairs:
    tree, glyphs = scene.tree, scene.view.glyphs
    pairs: list[tuple[str, Sequence[Span] | str]] = []
    if tree.run is not None and tree.run.note:
        token = scene.tone("bad" if tree.run.status == "failed" else "muted")
        pairs.append(("error", [(parts.cut(tree.run.note, room, glyphs), token)]))
    pairs.append(("time", share_spans(tree.shares(scene.view.now), scene)))
    path = path_spans(scene, room)
    if path:
        pairs.append(("path", path))
    waits = tree.waits()
    if waits.median is not None:
        middle = numbers.duration(waits.median, glyphs)
        told = f"{waits.answered:,} answered, median wait {middle}, {waits.unchanged:,} unchanged"
        pairs.append(("gates", [(told, "ink")]))
    if tree.skewed:
        told = f"{glyphs.alarm} {tree.skewed:,} spans with a skewed clock"
        pairs.append(("clocks", [(told, "doubt")]))
    if tree.run is not None and tree.run.project:
        pairs.append(("project", [(tree.run.project, "ink")]))
    return pairs


def _step_pairs(row: SpanRow, scene: Scene) -> Pairs:
    step, glyphs = row.step, scene.view.glyphs
    assert step is not None
    mean = numbers.duration(step.seconds / step.count if step.count else None, glyphs)
    facts = [
        [(numbers.duration(step.seconds, glyphs), "ink")],
        _labelled("each", mean),
        _labelled("first", _clock(step.first.start, scene)),
    ]
    pairs: list[tuple[str, Sequence[Span] | str]] = [("took", groups(*facts))]
    if step.kind == "llm" and scene.tree.has_costs:
        pairs.append(("cost", [(numbers.dollars(step.cost_usd, glyphs), "ink")]))
    if step.failed:
        pairs.append(("failed", [(numbers.times(step.failed, glyphs), scene.tone("bad bold"))]))
    return pairs


# Keys


def _keys(row: SpanRow, width: int, margin: int, scene: Scene) -> list[Line]:
    return [Line(fit([(" " * margin, ""), *_key_spans(row, scene)], width))]


def _key_spans(row: SpanRow, scene: Scene) -> list[Span]:
    if row.span is None:
        return parts.keys([("enter", "the agent in Stream")]) if row.node.agent is not None else []
    opens = ("enter", "the span in Stream")
    if row.span.kind == "gate":
        is_now = row.span.is_open(scene.view.now)
        return parts.keys([("a", "review" if is_now else "what was decided"), opens])
    return parts.keys([opens])
