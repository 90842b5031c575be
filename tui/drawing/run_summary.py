"""Where a run's time went: its shares, its critical path, how long its gates waited."""

from collections.abc import Sequence

from ...data.span_tree import Link, Shares
from .. import numbers, parts
from ..line import Cell, Line, Span, columns, width_of
from .run_scene import Scene
from .waterfall import SPAN, layout


def share_lines(scene: Scene, width: int) -> list[Line]:
    """The bar and its words, over the bars of the rows."""
    at, shares = layout(width), scene.tree.shares(scene.view.now)
    if not at.bars_width or shares.total <= 0:
        return []
    is_mono = scene.view.mode == "mono"
    bar = parts.share_bar(
        [
            parts.Share(shares.waiting, "you", "wait"),
            parts.Share(shares.model, "run"),
            parts.Share(shares.tools, "tool", "shade" if is_mono else "solid"),
            parts.Share(shares.idle, "muted", "dots"),
        ],
        at.bars_width,
        scene.view.glyphs,
    )
    if not scene.view.is_live:
        bar = [(text, "muted") for text, _ in bar]
    words = share_spans(shares, scene, gap=3)
    return [
        columns(
            width,
            [
                Cell(1, at.bars - 2, [("where the time went", "muted")]),
                Cell(at.bars, at.bars_width, bar),
            ],
        ),
        columns(width, [Cell(at.bars, at.bars_width, words)]),
    ]


def loading_line(told: str, width: int) -> Line:
    """What stands in place of the shares while spans are missing: shares of a part would lie."""
    at = layout(width)
    label = Cell(1, at.bars - 2, [("where the time went", "muted")])
    return columns(width, [label, Cell(at.bars, at.bars_width, [(f"loading {told}", "muted")])])


def share_spans(shares: Shares, scene: Scene, *, gap: int = 2) -> list[Span]:
    """`52% waiting on you  33% model  10% tools  5% idle`."""
    total = shares.total
    if total <= 0:
        return []
    spans: list[Span] = []
    for seconds, token, word in (
        (shares.waiting, "you bold", "waiting on you"),
        (shares.model, "run bold", "model"),
        (shares.tools, "tool bold", "tools"),
        (shares.idle, "soft bold", "idle"),
    ):
        if spans:
            spans.append((" " * gap, ""))
        share = numbers.percent(seconds / total, scene.view.glyphs)
        spans += [(share, scene.tone(token)), (f" {word}", "muted")]
    return spans


def summary_line(scene: Scene, width: int, notes: Sequence[Span] = ()) -> Line:
    """The critical path, how long gates waited, and what is odd."""
    tree, glyphs = scene.tree, scene.view.glyphs
    waits = tree.waits()
    right: list[Span] = []
    if waits.median is not None:
        middle = numbers.duration(waits.median, glyphs)
        right += [("     ", ""), ("median wait here ", "muted"), (middle, "ink")]
    if waits.unchanged:
        noun = "gate" if waits.unchanged == 1 else "gates"
        right += [("     ", ""), (f"{waits.unchanged:,} {noun} never changed anything", "muted")]
    if tree.skewed:
        right += [("     ", ""), (f"{glyphs.alarm} {tree.skewed:,} with a skewed clock", "doubt")]
    for note in notes:
        right += [("     ", ""), note]
    room = width - SPAN - 1 - width_of(right)
    path = path_spans(scene, room - 15)
    left: list[Span] = [("critical path", "muted"), ("  ", ""), *path] if path else []
    if not left:
        right = right[1:]
    return columns(width, [Cell(SPAN, width - SPAN - 1, [*left, *right])])


def path_spans(scene: Scene, room: int) -> list[Span]:
    """The critical path in so many cells, its latest steps: `coder › pytest › edit 3 › gate`."""
    links = scene.tree.critical_path(scene.view.now)
    best: list[Span] = []
    for count in range(1, len(links) + 1):
        spans = _path(links[-count:], scene, is_whole=count == len(links))
        if width_of(spans) > room:
            break
        best = spans
    return best


def _path(links: Sequence[Link], scene: Scene, *, is_whole: bool) -> list[Span]:
    glyphs = scene.view.glyphs
    agent = links[0].node.agent
    names = [agent.name] if agent is not None else []
    if not is_whole:
        names.append(glyphs.cut)
    for link in links:
        names.append("gate" if link.span.kind == "gate" else parts.cut(link.span.name, 24, glyphs))
    spans: list[Span] = []
    for name in names:
        if spans:
            spans.append((f" {glyphs.path} ", "faint"))
        spans.append((name, scene.tone("ink")))
    return spans
