"""Draws what stands beside a stream: its turns, and the facts of the selected item."""

from collections.abc import Sequence
from typing import NamedTuple

from ...data.stream import StreamFacts
from ...data.stream_items import Item
from .. import numbers, parts
from ..glyphs import Glyphs
from ..line import BLANK, Cell, Line, Span, columns, fit, skip
from ..view import View

LABEL_AT, GAUGE_AT, GAUGE = 2, 16, 16


class Turn(NamedTuple):
    """One row of the list of turns: a model call, or a tool call inside it."""

    number: int
    """0 for a tool call: it belongs to the turn before it."""
    item: Item

    @property
    def key(self) -> str:
        """The item's key."""
        return self.item.key


class Beside(NamedTuple):
    """What the pane says of the view besides the selected item."""

    thinking: str
    """Whether it is hidden or shown, and the key for the other."""
    masked: int
    base: str
    """The name of the compare base; "" for none."""


def turns_of(facts: StreamFacts) -> list[Turn]:
    """The turns of a stream, numbered from the agent's first one."""
    turns: list[Turn] = []
    number = facts.turns_before
    for item in facts.items:
        if item.role == "assistant":
            number += 1
            turns.append(Turn(number, item))
        elif item.role == "tool":
            turns.append(Turn(0, item))
    return turns


def turn_at(turns: Sequence[Turn], item: Item | None) -> int:
    """The index of the row an item belongs to; -1 for none."""
    if item is None:
        return -1
    found = -1
    for index, turn in enumerate(turns):
        if turn.item.key == item.key:
            return index
        if turn.number and turn.item.id == item.prompt_id:
            return index
        if _at(turn.item) <= _at(item):
            found = index
    return found


def number_of(turns: Sequence[Turn], item: Item | None) -> int:
    """The number of the turn an item belongs to; 0 for none."""
    for turn in reversed(turns[: turn_at(turns, item) + 1]):
        if turn.number:
            return turn.number
    return 0


def _at(item: Item) -> float:
    return item.at if item.at is not None else 0.0


def turns_head(width: int) -> Line:
    """The head of the list of turns."""
    return columns(
        width,
        [
            Cell(LABEL_AT, 10, [("turns", "bright bold")]),
            *_right(width, [("out", "muted")], [("$", "muted")], [("time", "muted")]),
        ],
    )


def turn_line(turn: Turn, width: int, view: View, *, is_selected: bool = False) -> Line:
    """One row of the list of turns."""
    item, glyphs = turn.item, view.glyphs
    token = "bright bold" if is_selected else "ink"
    number = f"{turn.number} " if turn.number else ""
    name = item.name or (item.model if turn.number else "")
    outcome = " ok" if item.role == "tool" and item.status == "completed" else ""
    room = width - 16 - LABEL_AT - 2 - 5
    said = parts.cut(f"{number}{name}{outcome}", max(4, room), glyphs)
    nothing: list[Span] = [(glyphs.nothing, "faint")]
    is_call = item.role == "assistant"
    tokens = [numbers.toned(numbers.tokens(item.tokens_out, glyphs), "soft")]
    money = [numbers.toned(numbers.money(item.cost_usd, glyphs, width=5), "soft")]
    if item.cost_usd is None:
        in_doubt = item.has_cost and item.status == "completed"
        money = [("?", "doubt")] if in_doubt else nothing
    if is_selected and not view.has_grounds:
        token = "bright bold reverse"
    return columns(
        width,
        [
            *([Cell(0, 1, [(glyphs.cursor, "muted")])] if is_selected else []),
            Cell(LABEL_AT, 1, [_mark(item, view)]),
            Cell(LABEL_AT + 2, room, [(said, token)]),
            *_right(
                width,
                tokens if is_call else nothing,
                money if is_call else nothing,
                _took(item, view),
            ),
        ],
        ground="ground-select" if is_selected and view.has_grounds else "",
    )


def _mark(item: Item, view: View) -> Span:
    glyphs = view.glyphs
    if item.status == "failed":
        return (glyphs.failed, "bad bold" if view.is_live else "muted")
    mark = (glyphs.running, "run") if item.role == "assistant" else (glyphs.tool, "tool")
    return mark if view.is_live else (mark[0], "muted")


def _right(
    width: int, out: Sequence[Span], money: Sequence[Span], took: Sequence[Span]
) -> list[Cell]:
    return [
        Cell(width - 21, 5, out, "right"),
        Cell(width - 15, 5, money, "right"),
        Cell(width - 9, 7, took, "right"),
    ]


def _took(item: Item, view: View) -> list[Span]:
    if item.took is None and item.status == "running" and item.at is not None:
        return [(numbers.age(view.now - item.at), "ink")]
    return [numbers.toned(numbers.duration(item.took, view.glyphs), "soft")]


def pane(
    turns: Sequence[Turn],
    item: Item | None,
    beside: Beside,
    width: int,
    height: int,
    view: View,
    *,
    with_turns: bool,
) -> list[Line]:
    """The pane beside a stream: the turns around the selected one, and its facts."""
    facts = [*_about(item, turns, width, view), *_of_view(beside, width)]
    lines: list[Line] = []
    if with_turns and turns:
        room = max(5, height - len(facts) - 1)
        lines = [*_turns_around(turns, item, width, room, view), BLANK]
    lines = [*lines, *facts][:height]
    return lines if view.has_grounds else _edged(lines, width, height, view)


def _edged(lines: Sequence[Line], width: int, height: int, view: View) -> list[Line]:
    """Where the pane has no ground of its own, a line at its edge sets it off."""
    edge: Span = (view.glyphs.trunk[0], "line")
    whole = [*lines, *[BLANK] * (height - len(lines))]
    return [line._replace(spans=(edge, *skip(fit(line.spans, width), 1))) for line in whole]


def _turns_around(
    turns: Sequence[Turn], item: Item | None, width: int, room: int, view: View
) -> list[Line]:
    selected = turn_at(turns, item)
    shown = min(len(turns), room - 1)
    first = min(max(0, selected - shown // 2), len(turns) - shown)
    lines = [
        turn_line(turn, width, view, is_selected=index == selected)
        for index, turn in enumerate(turns[first : first + shown], start=first)
    ]
    head = turns_head(width)
    if first:
        more: list[Span] = [("turns", "bright bold"), (f"  {view.glyphs.up} {first}", "muted")]
        cells = [Cell(LABEL_AT, 16, more)]
        cells += _right(width, [("out", "muted")], [("$", "muted")], [("time", "muted")])
        head = columns(width, cells)
    return [head, *lines]


def _about(item: Item | None, turns: Sequence[Turn], width: int, view: View) -> list[Line]:
    if item is None:
        return []
    if item.relation == "prompt":
        answer = next((turn.item for turn in turns if turn.item.id == item.id), item)
        return [*_call(answer, width, view), BLANK, *_call_facts(answer, turns, width, view), BLANK]
    if item.role == "tool":
        return [*_tool(item, width, view), BLANK]
    if item.role == "gate":
        return [*_gate(item, width, view), BLANK]
    return []


def _call(item: Item, width: int, view: View) -> list[Line]:
    """What went in, by how it was paid: only the parts the source records."""
    glyphs = view.glyphs
    right: list[Span] = [(f"{numbers.tokens(item.tokens_in, glyphs)} in", "soft")]
    head = [Cell(LABEL_AT, 14, [("this call", "bright bold")])]
    if item.tokens_in is None:
        return [columns(width, head)]
    lines = [columns(width, [*head, Cell(LABEL_AT, width - 4, right, "right")])]
    return lines + [
        _gauge_line(label, value, item.tokens_in, width, glyphs) for label, value in _shares(item)
    ]


def _shares(item: Item) -> list[tuple[str, float]]:
    if item.cache_read is None and item.cache_write is None:
        return []
    read, written = item.cache_read or 0, item.cache_write or 0
    new = (item.tokens_in or 0) - read - written
    shares = [("cache read", read), ("cache write", written), ("new", new)]
    return [(label, value) for label, value in shares if value or label == "new"]


def _gauge_line(label: str, value: float, whole: float, width: int, glyphs: Glyphs) -> Line:
    share = value / whole if whole else 0.0
    return columns(
        width,
        [
            Cell(LABEL_AT, GAUGE_AT - LABEL_AT - 1, [(label, "muted")]),
            Cell(GAUGE_AT, GAUGE, parts.gauge(share, width - 24, glyphs, "soft")),
            Cell(width - 8, 6, [numbers.toned(numbers.tokens(value, glyphs), "soft")], "right"),
        ],
    )


def _call_facts(item: Item, turns: Sequence[Turn], width: int, view: View) -> list[Line]:
    glyphs = view.glyphs
    pairs: list[tuple[str, Sequence[Span]]] = []
    if item.cache_read is not None and item.tokens_in:
        pairs.append(
            ("cache hit", [(numbers.percent(item.cache_read / item.tokens_in, glyphs), "ink")])
        )
    pairs.append(("status", [(item.source_status or item.status, "ink")]))
    if item.model:
        pairs.append(("model", [(parts.cut(item.model, width - 18, glyphs), "ink")]))
    if item.tokens_out and item.took and item.took > 0:
        speed = numbers.count(item.tokens_out / item.took, glyphs)
        pairs.append(("speed", [(speed, "ink"), (" tok/s", "muted")]))
    if item.cost_usd is not None:
        pairs.append(("cost", [(numbers.dollars(item.cost_usd, glyphs), "ink"), _priced(item)]))
    elif item.has_cost and item.status == "completed":
        pairs.append(("cost", [(numbers.UNPRICED, "doubt")]))
    tools = _tools_after(item, turns)
    if tools:
        pairs.append(("tools", [(f"{tools} called", "ink")]))
    pairs.append(("request", [(_short_id(item.id, width - 18, glyphs), "ink")]))
    return [_pair(label, spans, width) for label, spans in pairs]


def _priced(item: Item) -> Span:
    return (f"  {item.cost_source}" if item.cost_source else "", "muted")


def _tools_after(item: Item, turns: Sequence[Turn]) -> int:
    count, is_inside = 0, False
    for turn in turns:
        if turn.number:
            is_inside = turn.item.id == item.id
        count += is_inside and not turn.number
    return count


def _short_id(identifier: str, width: int, glyphs: Glyphs) -> str:
    if len(identifier) <= width:
        return identifier
    return f"{identifier[: width - 4]}{glyphs.cut}{identifier[-3:]}"


def _tool(item: Item, width: int, view: View) -> list[Line]:
    glyphs = view.glyphs
    lines = [columns(width, [Cell(LABEL_AT, width - 3, [("this call", "bright bold")])])]
    pairs: list[tuple[str, Sequence[Span]]] = [
        ("tool", [(parts.cut(item.name, width - 18, glyphs), "ink")]),
        ("status", [(item.source_status or item.status, "ink")]),
    ]
    if item.risk:
        pairs.append(("risk", parts.risk(item.risk, glyphs)))
    pairs += [(label, [(numbers.size(text.size, glyphs), "ink")]) for label, text in item.texts]
    if item.took is not None:
        pairs.append(("took", [(numbers.duration(item.took, glyphs), "ink")]))
    if item.error:
        pairs.append(("error", [(parts.cut(item.error, width - 18, glyphs), "bad")]))
    pairs.append(("id", [(_short_id(item.id, width - 18, glyphs), "ink")]))
    return lines + [_pair(label, spans, width) for label, spans in pairs]


def _gate(item: Item, width: int, view: View) -> list[Line]:
    glyphs = view.glyphs
    lines = [columns(width, [Cell(LABEL_AT, width - 3, [("this gate", "bright bold")])])]
    pairs: list[tuple[str, Sequence[Span]]] = [("risk", parts.risk(item.risk, glyphs))]
    if item.status == "pending" and item.deadline is not None:
        left = numbers.countdown(item.deadline - view.now, glyphs)
        pairs.append(("expires in", [(left, "you bold" if view.is_live else "ink")]))
    pairs.append(("status", [(item.source_status or item.status, "ink")]))
    if item.decided_by:
        pairs.append(("by", [(parts.cut(item.decided_by, width - 18, glyphs), "ink")]))
    if item.status in ("approved", "rejected"):
        picked = "not yet" if item.picked_up is None else numbers.time_of_day(item.picked_up)
        pairs.append(("picked up", [(picked, "ink")]))
    pairs.append(("id", [(_short_id(item.id, width - 18, glyphs), "ink")]))
    return lines + [_pair(label, spans, width) for label, spans in pairs]


def _of_view(beside: Beside, width: int) -> list[Line]:
    pairs = [
        ("thinking", beside.thinking),
        ("secrets", f"{beside.masked:,} masked"),
        ("compare", f"{beside.base or 'no base'} (=)"),
    ]
    return [_pair(label, [(value, "ink")], width) for label, value in pairs]


def _pair(label: str, spans: Sequence[Span], width: int) -> Line:
    return columns(
        width,
        [
            Cell(LABEL_AT, GAUGE_AT - LABEL_AT - 1, [(label, "muted")]),
            Cell(GAUGE_AT, width - GAUGE_AT - 1, spans),
        ],
    )
