"""The one door to plotext: stacked columns as lines of ours, drawn once for each size and data.

plotext draws on a clear canvas of eight rows for each row of cells; eight of its rows are read back
as one row of eighth blocks. It is imported when a plot is first wanted, never at start.
"""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

from .. import parts
from ..glyphs import Glyphs
from ..line import Span

RAMP = ("soft", "faint", "line")
"""What stands at the top of a stack first: ink that steps back, for models have no hue."""

STEPS = 8
_LAYERS = "abc"
_EMPTY = " "


def load() -> bool:
    """Imports plotext, 0.1 to 0.2 s; False where this machine has none. For a thread."""
    return _plotext() is not None


@lru_cache(maxsize=1)
def _plotext() -> Any:
    try:
        import plotext
    except (ImportError, OSError):
        # Its kernel is a compiled library that not every platform has: `parts` draws then.
        return None
    # Without this every plot is clamped to the size of the terminal it was imported in.
    plotext.terminal.limit(False, False)
    return plotext


def stacked(
    layers: Sequence[Sequence[float]],
    width: int,
    height: int,
    top: float,
    glyphs: Glyphs,
    *,
    has_grounds: bool,
) -> list[list[Span]]:
    """Layers of columns stacked over `width` cells, the first on top; rows from the top down.

    `top` is the value at the upper edge. At most three layers are told apart, two without grounds.
    """
    values = [_spread(_amounts(layer), width) for layer in reversed(layers[: len(RAMP)])]
    edges = _edges(values, top, height * STEPS)
    rows = _rows(edges, width, height * STEPS)
    tokens = list(reversed(RAMP[: len(values)]))
    textures = [_texture(token, glyphs, has_grounds) for token in tokens]
    return [
        parts.merge(
            _cell([row[x] for row in rows[y * STEPS : (y + 1) * STEPS]], tokens, textures, glyphs)
            for x in range(width)
        )
        for y in range(height)
    ]


def _amounts(values: Sequence[float]) -> list[float]:
    # plotext stops at infinity, and what is no number has no height.
    return [max(0.0, value) if math.isfinite(value) else 0.0 for value in values]


def _spread(values: Sequence[float], width: int) -> list[float]:
    """The value of the bucket that each cell stands in; with fewer cells the highest of several."""
    count = len(values)
    if not count or width < 1:
        return [0.0] * max(0, width)
    spans = (
        (x * count // width, max(x * count // width + 1, (x + 1) * count // width))
        for x in range(width)
    )
    return [max(values[first:end]) for first, end in spans]


Edges = tuple[tuple[int, ...], ...]


def _edges(layers: Sequence[Sequence[float]], top: float, steps: int) -> Edges:
    """For each layer from the bottom, where its columns end, in steps; what is not zero has one."""
    if top <= 0 or not layers:
        return ()
    stacks = [list(accumulate(column)) for column in zip(*layers, strict=True)]
    scaled = [
        [min(steps, max(round(edge / top * steps), 1 if edge > 0 else 0)) for edge in stack]
        for stack in stacks
    ]
    return tuple(zip(*scaled, strict=True))


@lru_cache(maxsize=16)
def _rows(edges: Edges, width: int, steps: int) -> tuple[str, ...]:
    """Which layer fills each step of each column, as text, the highest row first."""
    if _plotext() is None or not any(map(any, edges)):
        return _plain_rows(edges, width, steps)
    return _plotted(_plotext(), edges, width, steps)


def _plotted(plotext: Any, edges: Edges, width: int, steps: int) -> tuple[str, ...]:
    # A figure of our own: the module's one figure is everybody's.
    figure = type(plotext.figure)(plotext.terminal)
    figure.plot_size(width, steps)
    figure.axes(active=False)
    figure.canvas("default")
    for axis, sides in (("x", ("lower", "upper")), ("y", ("left", "right"))):
        for side in sides:
            figure.ruler(axis, side).ticks([])
    figure.ruler("x").lim(0, width - 1)
    figure.ruler("y").lim(0, steps - 1)
    # The upper layers reach furthest, so they are drawn first and the lower ones over them.
    for letter, tops in reversed(list(zip(_LAYERS, edges, strict=False))):
        xs = [x for x, edge in enumerate(tops) if edge]
        if xs:
            ys = [tops[x] - 1 for x in xs]
            figure.draw(figure.signal(xs, ys, marker=letter).fillx())
    text = re.sub("\x1b\\[[0-9;]*m", "", figure.build().string())
    lines = [line.ljust(width)[:width] for line in text.split("\n")]
    return tuple(lines[:steps])


def _plain_rows(edges: Edges, width: int, steps: int) -> tuple[str, ...]:
    """The same without plotext."""
    return tuple(
        "".join(_filling(edges, x, row) for x in range(width)) for row in range(steps - 1, -1, -1)
    )


def _filling(edges: Edges, x: int, row: int) -> str:
    for letter, tops in zip(_LAYERS, edges, strict=False):
        if tops[x] > row:
            return letter
    return _EMPTY


def _texture(token: str, glyphs: Glyphs, has_grounds: bool) -> str:
    """What a full cell of a layer is, where grounds and shades of grey cannot tell them apart."""
    if has_grounds and not glyphs.is_ascii:
        return ""
    return glyphs.solid if token == "soft" else glyphs.shade


def _cell(
    column: Sequence[str], tokens: Sequence[str], textures: Sequence[str], glyphs: Glyphs
) -> Span:
    """One cell of eight steps; where two layers fill it, the upper is the ground of the lower."""
    counts = [column.count(letter) for letter in _LAYERS[: len(tokens)]]
    filled = sum(counts)
    if not filled:
        return (_EMPTY, "")
    largest = max(range(len(counts)), key=lambda layer: (counts[layer], layer))
    if textures[largest]:
        return _textured(filled, textures[largest], tokens[largest], glyphs)
    present = [layer for layer, count in enumerate(counts) if count]
    if filled == STEPS and len(present) == 2:
        lower, upper = present
        return (glyphs.levels[counts[lower] - 1], f"{tokens[lower]} on {tokens[upper]}")
    return (glyphs.levels[filled - 1], tokens[largest])


def _textured(filled: int, texture: str, token: str, glyphs: Glyphs) -> Span:
    if filled == STEPS or (texture != glyphs.solid and filled >= STEPS // 2):
        return (texture, token)
    return (glyphs.levels[filled - 1], token)
