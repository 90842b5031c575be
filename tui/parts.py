"""The small drawn things: gauges, meters, badges, charts, guides, bars, and cutting text.

Everything here is pure: values in, spans or lines out, in Unicode or in ASCII by the glyphs.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from .glyphs import Glyphs
from .line import Align, Line, Span, cells_of, fit, head, tail, width_of

GATE_SHARE = 0.9
"""From here a gauge is amber."""


# --- text


def pad(text: str, width: int, align: Align = "left") -> str:
    """The text with blanks to `width` cells; what is wider stays as it is."""
    blanks = " " * max(0, width - cells_of(text))
    return blanks + text if align == "right" else text + blanks


def cut(text: str, width: int, glyphs: Glyphs) -> str:
    """The text in at most `width` cells, cut at its end: `gate: bash rm -rf b…`."""
    if cells_of(text) <= width:
        return text
    if width < 1:
        return ""
    return head(text, width - 1).rstrip() + glyphs.cut


def cut_start(text: str, width: int, glyphs: Glyphs) -> str:
    """The text in at most `width` cells, cut at its start: `…tion-2.db`."""
    if cells_of(text) <= width:
        return text
    return glyphs.cut + tail(text, width - 1) if width > 0 else ""


def cut_spans(spans: Iterable[Span], width: int, glyphs: Glyphs) -> tuple[Span, ...]:
    """The spans in at most `width` cells, cut at their end like `cut`."""
    spans = tuple(spans)
    if width_of(spans) <= width:
        return spans
    if width < 1:
        return ()
    kept = fit(spans, width - 1)
    return (*kept, (glyphs.cut, kept[-1][1] if kept else ""))


def cut_path(path: str, width: int, glyphs: Glyphs) -> str:
    """The path in at most `width` cells, cut in its middle: `auth/…/session.py`."""
    if cells_of(path) <= width:
        return path
    parts = path.split("/")
    for first, last in _kept_ends(len(parts)):
        shorter = "/".join((*parts[:first], glyphs.cut, *parts[len(parts) - last :]))
        if cells_of(shorter) <= width:
            return shorter
    return glyphs.cut + tail(path, width - 1) if width > 0 else ""


def _kept_ends(parts: int) -> list[tuple[int, int]]:
    """How many first and last parts to keep: the first if it fits, and the more of the end."""
    with_first = [(1, last) for last in range(parts - 2, 0, -1)]
    return with_first + [(0, last) for last in range(parts - 1, 0, -1)]


SHORT_ID = 6
"""An id of so many characters is not cut: the first four of `wf-10` and `wf-11` are the same."""


def cut_id(identifier: str) -> str:
    """An id by its first four characters: `#a81f`; what a client puts before each says nothing."""
    own = (identifier.partition(":")[2] or identifier).removeprefix("#")
    return f"#{own if len(own) <= SHORT_ID else own[:4]}"


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells, broken at blanks where there are any."""
    width = max(1, width)
    wrapped: list[str] = []
    for paragraph in text.splitlines() or [""]:
        wrapped.extend(_wrap_paragraph(paragraph, width))
    return wrapped


def _wrap_paragraph(paragraph: str, width: int) -> list[str]:
    lines: list[str] = []
    text = paragraph.lstrip(" ")
    indent = len(paragraph) - len(text)
    current = " " * indent if indent < width else ""
    is_begun = False
    for word in text.split(" "):
        joined = f"{current} {word}" if is_begun else current + word
        is_begun = True
        if cells_of(joined) <= width:
            current = joined
            continue
        if current.strip():
            lines.append(current)
        *full, current = _chop(word, width)
        lines.extend(full)
    return [*lines, current]


def _chop(word: str, width: int) -> list[str]:
    pieces: list[str] = []
    while cells_of(word) > width:
        # A character wider than the line still has to go somewhere.
        piece = head(word, width) or word[0]
        pieces.append(piece)
        word = word[len(piece) :]
    return [*pieces, word]


def details(
    pairs: Iterable[tuple[str, Sequence[Span] | str]],
    width: int,
    *,
    label_width: int = 9,
    margin: int = 0,
    ground: str = "",
) -> list[Line]:
    """Label and value lines: muted labels in a column, values wrapped beside them.

    A value that is text is wrapped; spans stay on one line. An empty label continues the one
    above it.
    """
    lines: list[Line] = []
    room = width - margin - label_width
    for label, value in pairs:
        rows = (
            [((text, "ink"),) for text in wrap(value, room)] if isinstance(value, str) else [value]
        )
        for index, spans in enumerate(rows):
            name = pad(head(label, label_width), label_width) if index == 0 else " " * label_width
            line = ((" " * margin, ""), (name, "muted"), *spans)
            lines.append(Line(fit(line, width), ground))
    return lines


# --- marks


def badge(text: str, token: str = "on-you bold on you-fill") -> Span:
    """A word on a fill with a blank at each side: ` NEEDS YOU `."""
    return (f" {text} ", token)


def risk(level: str | None, glyphs: Glyphs) -> list[Span]:
    """The four-step meter and its word, which grow louder together: `▂▄▆· HIGH`."""
    steps, word, token = {
        "low": (1, "low", "soft"),
        "medium": (2, "medium", "ink"),
        "high": (3, "HIGH", "bad bold"),
        "critical": (4, "CRITICAL", "bad bold reverse"),
    }.get((level or "").lower(), (0, level or "unknown", "muted"))
    off = glyphs.step_off * (4 - steps)
    meter = token.removesuffix(" reverse").removesuffix(" bold")
    spans = [(glyphs.steps[:steps], meter), (off, "faint"), (" ", ""), (word, token)]
    return [(text, look) for text, look in spans if text]


def severity(level: str, glyphs: Glyphs, *, is_acknowledged: bool = False) -> tuple[Span, Span]:
    """The mark and the word of an alarm: `▲ CRIT` on a fill, `▲ warn`, `· info`."""
    word = {"critical": "CRIT", "crit": "CRIT", "warning": "warn"}.get(level.lower(), level.lower())
    if is_acknowledged or word not in ("CRIT", "warn"):
        return (glyphs.idle, "muted"), (word.lower(), "muted")
    if word == "CRIT":
        return (glyphs.alarm, "bad"), (word, "on-fill bold on bad")
    return (glyphs.alarm, "you"), (word, "you bold")


def guides(lasts: Sequence[bool], glyphs: Glyphs) -> Span:
    """The tree guides of a row, three cells a level; `lasts` says of each level from the root
    whether the row, or its ancestor there, is the last child. A root has none."""
    if not lasts:
        return ("", "faint")
    trunks = ["   " if is_last else f"{glyphs.trunk} " for is_last in lasts[:-1]]
    end = glyphs.last if lasts[-1] else glyphs.branch
    return ("".join(trunks) + end + " ", "faint")


def keys(pairs: Iterable[tuple[str, str]]) -> list[Span]:
    """Keys and what they do, three cells apart: `enter open   a review`."""
    spans: list[Span] = []
    for key, word in pairs:
        if spans:
            spans.append(("   ", ""))
        spans += [(key, "bright bold"), (f" {word}", "muted")]
    return spans


def folded(number: int, noun: str, glyphs: Glyphs) -> Span:
    """What a fold hides: `··· 31 more lines`."""
    return (f"{glyphs.fold} {number:,} more {noun}", "muted")


def more_below(number: int, glyphs: Glyphs) -> list[Span]:
    """How far a list goes on: `↓ 6 more below`."""
    return [(f"{glyphs.down} ", "muted"), (f"{number:,}", "soft bold"), (" more below", "muted")]


def hairline(width: int, glyphs: Glyphs) -> Span:
    """A line across a pane, for terminals without background steps."""
    return (glyphs.hairline * width, "line")


# --- gauges


def gauge(share: float | None, width: int, glyphs: Glyphs, token: str = "") -> list[Span]:
    """A share of 1 as a bar on a track; amber from 90 percent and red past the end, unless a
    token is given."""
    if share is None or not math.isfinite(share):
        return [(glyphs.track * width, "line")]
    if not token:
        token = "bad" if share > 1 else "you" if share >= GATE_SHARE else "soft"
    return _thin(share * width, width, glyphs, token)


def _thin(cells: float, width: int, glyphs: Glyphs, token: str) -> list[Span]:
    cells = min(max(cells, 0.0), float(width))
    halves = round(cells * 2) or (1 if cells > 0 else 0)
    full, half = divmod(halves, 2)
    if half and not glyphs.bar_half:
        full, half = full + 1, 0
    bar = glyphs.bar * full + glyphs.bar_half * half
    spans = [(bar, token), (glyphs.track * (width - len(bar)), "line")]
    return [span for span in spans if span[0]]


def budget(
    used: float,
    limit: float,
    width: int,
    glyphs: Glyphs,
    forecast: tuple[float, float] | None = None,
) -> list[Span]:
    """A budget's gauge with its limit at 72 percent of the width, and the forecast range."""
    mark = round(width * 0.72)
    scale = mark / limit if limit > 0 else math.nan
    if not (math.isfinite(used) and math.isfinite(scale) and scale):
        return [(glyphs.track * width, "line")]
    share = used / limit
    token = "bad" if share > 1 else "you" if share >= GATE_SHARE else "soft"
    under = [(0, [(glyphs.track * width, "line")])]
    if forecast and all(map(math.isfinite, forecast)):
        under += _forecast(forecast[0] * scale, forecast[1] * scale, width, glyphs)
    bar = [span for span in _thin(used * scale, width, glyphs, token) if span[1] == token]
    return lay(width, [*under, (0, bar), (mark, [(glyphs.limit, "bright")])])


def _forecast(low: float, high: float, width: int, glyphs: Glyphs) -> list[tuple[int, list[Span]]]:
    start = round(min(max(0.0, low), width - 1))
    end = round(min(max(start + 1, high), width))
    pieces = [(start, [(glyphs.bar * (end - start), "faint")])]
    if high > width:
        pieces.append((width - 1, [(glyphs.path, "soft")]))
    return pieces


def change_bar(added: int, removed: int, most: int, width: int, glyphs: Glyphs) -> list[Span]:
    """Added and removed lines as a thin bar; `most` lines fill the width."""
    scale = width / max(1, most)
    both = _thin((added + removed) * scale, width, glyphs, "bad")
    plus = _thin(added * scale, width, glyphs, "ok")
    spans = lay(width, [(0, [span for span in both if span[1] == "bad"])])
    return lay(width, [(0, spans), (0, [span for span in plus if span[1] == "ok"])])


class Share(NamedTuple):
    """One part of a share bar."""

    value: float
    token: str
    texture: str = "solid"
    """solid, shade, wait or dots."""


def share_bar(shares: Sequence[Share], width: int, glyphs: Glyphs) -> list[Span]:
    """Parts of a whole side by side; a part that is not zero has a cell while there is room."""
    values = [_positive(share.value) for share in shares]
    cells = _divided(values, width)
    return [
        _textured(share, count, glyphs) for share, count in zip(shares, cells, strict=True) if count
    ]


def _divided(values: Sequence[float], width: int) -> list[int]:
    """The width in whole cells after the values; the sum is the width unless all are zero."""
    total = sum(values)
    if total <= 0:
        return [0] * len(values)
    ends = [round(min(end / total, 1.0) * width) for end in accumulate(values)]
    cells = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    for index, value in enumerate(values):
        largest = max(range(len(cells)), key=cells.__getitem__)
        if value > 0 and not cells[index] and cells[largest] > 1:
            cells[index], cells[largest] = 1, cells[largest] - 1
    return cells


def _textured(share: Share, cells: int, glyphs: Glyphs) -> Span:
    glyph = {"wait": glyphs.wait, "dots": glyphs.idle, "shade": glyphs.shade}.get(
        share.texture, glyphs.solid
    )
    token = f"{share.token} on you-tint" if share.texture == "wait" else share.token
    return (glyph * cells, token)


# --- charts


def spark(
    values: Sequence[float | None],
    width: int,
    glyphs: Glyphs,
    token: str = "run",
    top: float | None = None,
) -> list[Span]:
    """The last `width` values as columns of one row; zero is a low line, None is a blank."""
    recent = list(values[-width:]) if width > 0 else []
    highest = top if top is not None else _highest(recent)
    cells: list[Span] = [(glyphs.levels[0], "line")] * (width - len(recent))
    cells += [_column(value, highest, glyphs, token) for value in recent]
    return merge(cells)


def _highest(values: Iterable[float | None]) -> float:
    return max((v for v in values if v is not None and math.isfinite(v)), default=0.0)


def _column(value: float | None, highest: float, glyphs: Glyphs, token: str) -> Span:
    if value is None or math.isnan(value):
        return (" ", "")
    if value <= 0 or highest <= 0:
        return (glyphs.levels[0], "line")
    level = math.ceil(min(value / highest, 1.0) * len(glyphs.levels)) - 1
    return (glyphs.levels[max(0, level)], token)


def column_chart(
    layers: Sequence[tuple[Sequence[float], str]],
    height: int,
    glyphs: Glyphs,
    top: float | None = None,
    *,
    has_grounds: bool = True,
) -> list[list[Span]]:
    """Stacked columns, one cell each, the first layer at the bottom; rows from the top down.

    Each layer is its values and its token; all layers have as many values as the first. Without
    grounds a cell shows one layer, the one that has more of it.
    """
    width = len(layers[0][0]) if layers else 0
    stacks = [[_amount(values, x) for values, _ in layers] for x in range(width)]
    highest = top if top is not None else max(map(sum, stacks), default=0.0)
    steps = height * len(glyphs.levels)
    edges = [_edges(stack, highest, steps) for stack in stacks]
    tokens = [token for _, token in layers]
    can_mix = has_grounds and not glyphs.is_ascii
    return [
        merge(_chart_cell(column, tokens, row, glyphs, can_mix) for column in edges)
        for row in range(height - 1, -1, -1)
    ]


def _amount(values: Sequence[float], index: int) -> float:
    return _positive(values[index]) if index < len(values) else 0.0


def _positive(value: float) -> float:
    # 1e300 is far beyond any amount, and sums of it stay finite.
    return min(max(0.0, value), 1e300) if math.isfinite(value) else 0.0


def _edges(stack: Sequence[float], highest: float, steps: int) -> list[int]:
    """Where each layer of a column ends, in steps from the bottom."""
    if highest <= 0:
        return [0] * len(stack)
    return [min(steps, round(min(edge / highest, 1.0) * steps)) for edge in accumulate(stack)]


def _chart_cell(
    edges: Sequence[int], tokens: Sequence[str], row: int, glyphs: Glyphs, can_mix: bool
) -> Span:
    """One cell of a stacked column; where two layers fill it, the upper one is its ground."""
    steps = len(glyphs.levels)
    filled = [min(max(edge - row * steps, 0), steps) for edge in edges]
    parts = [
        (end - start, end, token)
        for start, end, token in zip([0, *filled], filled, tokens, strict=False)
        if end > start
    ]
    if not parts:
        return (" ", "")
    height = parts[-1][1]
    if can_mix and height == steps and len(parts) == 2:
        (lower, _, token), (_, _, ground) = parts
        return (glyphs.levels[lower - 1], f"{token} on {ground}")
    return (glyphs.levels[height - 1], max(parts)[2])


# --- the waterfall


def lay(width: int, pieces: Iterable[tuple[int, Sequence[Span]]]) -> list[Span]:
    """Pieces on one row of `width` cells, each at its place, later ones over earlier ones."""
    cells: list[Span] = [(" ", "")] * width
    for start, spans in pieces:
        at = start
        for text, token in spans:
            for character in text:
                at = _put(cells, at, character, token)
    return merge(cells)


def _put(cells: list[Span], at: int, character: str, token: str) -> int:
    taken = cells_of(character)
    if at < 0 or at + taken > len(cells) or taken == 0:
        return at + taken
    _clear_wide(cells, at)
    _clear_wide(cells, at + taken - 1)
    cells[at] = (character, token)
    if taken == 2:
        cells[at + 1] = ("", token)
    return at + taken


def _clear_wide(cells: list[Span], at: int) -> None:
    """Blanks both halves of a wide character of which one is about to be overwritten."""
    if cells[at][0] == "":
        cells[at - 1] = (" ", cells[at - 1][1])
        cells[at] = (" ", cells[at][1])
    elif at + 1 < len(cells) and cells[at + 1][0] == "":
        cells[at + 1] = (" ", cells[at + 1][1])


def merge(cells: Iterable[Span]) -> list[Span]:
    """Neighbours of one look as one span."""
    merged: list[Span] = []
    for text, token in cells:
        if merged and merged[-1][1] == token:
            merged[-1] = (merged[-1][0] + text, token)
        elif text:
            merged.append((text, token))
    return merged


Piece = tuple[int, list[Span]]
"""Spans and the cell they start at, for `lay`."""


def time_grid(positions: Iterable[int], glyphs: Glyphs) -> list[Piece]:
    """The grid lines behind the bars."""
    return [(at, [(glyphs.grid, "line")]) for at in positions]


def span_bar(
    start: float, end: float, width: int, glyphs: Glyphs, token: str, *, is_shaded: bool = False
) -> Piece:
    """A solid bar from `start` to `end` in cells, to an eighth at both ends and never shorter
    than one. Shaded bars, which tell tools from the model without colour, are whole cells."""
    start = min(_positive(start), max(0.0, width - 0.125))
    end = min(max(_positive(end), start + 0.125), float(width))
    if is_shaded or not glyphs.left_eighths:
        first = min(math.floor(start + 0.5), width - 1)
        last = max(first + 1, math.floor(end + 0.5))
        return (first, [((glyphs.shade if is_shaded else glyphs.solid) * (last - first), token)])
    return _eighths_bar(round(start * 8), max(round(start * 8) + 1, round(end * 8)), glyphs, token)


def _eighths_bar(start: int, end: int, glyphs: Glyphs, token: str) -> Piece:
    first, into = divmod(start, 8)
    last, over = divmod(end, 8)
    if first == last:
        # Within one cell a block can only begin at its left edge.
        return (first, [(glyphs.left_eighths[over - into - 1], token)])
    spans: list[Span] = []
    if into:
        spans.append((glyphs.left_eighths[into - 1], f"{token} reverse"))
    spans.append((glyphs.solid * (last - first - (1 if into else 0)), token))
    if over:
        spans.append((glyphs.left_eighths[over - 1], token))
    return (first, [span for span in spans if span[0]])


def parent_bar(
    start: float, end: float, width: int, glyphs: Glyphs, token: str = "faint", *, is_open: bool
) -> Piece:
    """A thin bar over a span's children; an open one ends in `›`."""
    first, last = _whole_cells(start, end, width)
    if not is_open:
        return (first, [(glyphs.bar * (last - first), token)])
    return (first, [(glyphs.bar * (last - first - 1), token), (glyphs.path, "bright bold")])


def wait_bar(
    start: float, end: float, width: int, glyphs: Glyphs, *, is_open: bool, label: str = ""
) -> Piece:
    """Waiting for a person, hatched; the label stands in it where 20 cells are free."""
    first, last = _whole_cells(start, end, width)
    room = last - first - (1 if is_open else 0)
    spans: list[Span] = [(glyphs.wait * room, "you on you-tint")]
    if label and room >= 20:
        rest = room - 4 - cells_of(label)
        spans = [
            (glyphs.wait * 2, "you on you-tint"),
            (f" {label} ", "you bold"),
            (glyphs.wait * rest, "you on you-tint"),
        ]
    if is_open:
        spans.append((glyphs.path, "you bold"))
    return (first, spans)


def _whole_cells(start: float, end: float, width: int) -> tuple[int, int]:
    first = min(math.floor(_positive(start) + 0.5), width - 1)
    return first, min(max(first + 1, math.floor(_positive(end) + 0.5)), width)
