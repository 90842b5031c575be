"""Draws the fleet's third pane: everything that needs a person, and the last hour's money."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...data import times
from ...data.fleet import FleetFacts
from ...data.headline import Headline
from ...data.text import clean
from .. import numbers, parts
from ..line import BLANK, Cell, Line, Span, columns, spread
from ..view import View
from . import charts

NEEDS = 8
CHART = 6
HEIGHT = NEEDS + CHART + 6
"""Rows of the pane when it is full."""

_SCALE = 7
MICRO = 1e6


class Needing(NamedTuple):
    """What waits in one source."""

    source: str
    """Its name where there are several."""
    headline: Headline
    names: Mapping[str, str]
    """Runs by their titles, agents as `run/agent`, by id."""

    def where(self, *ids: str | None) -> str:
        """The name of the first id that has one, in its source."""
        name = next((self.names[each] for each in ids if each and each in self.names), "")
        return f"{self.source} {name}".strip()


def needing(source: str, headline: Headline, fleet: FleetFacts | None) -> Needing:
    """What waits in a source, with the names of its fleet."""
    return Needing(source, headline, _names(fleet))


def aside(
    waiting: Sequence[Needing],
    minutes: Sequence[int] | None,
    width: int,
    height: int,
    view: View,
) -> list[Line]:
    """What needs a person above, dollars a minute of the last hour below, to the pane's foot."""
    chart = chart_lines(minutes, width, view) if minutes is not None else []
    room = height - len(chart) - 1
    above = needs_lines(waiting, width, max(2, room), view)
    gap = [BLANK] * max(0, height - len(above) - len(chart))
    return [*above, *gap, *chart][:height]


def needs_lines(waiting: Sequence[Needing], width: int, height: int, view: View) -> list[Line]:
    """Gates by the time left, then alarms by harm; the pane says how many more there are."""
    rows = [*_gates(waiting, width, view), *_alarms(waiting, width, view)]
    title: list[Span] = [("needs you", "bright bold")]
    if not rows:
        return [spread(title, [], width, margin=2), _empty(width)]
    keys: list[Span] = [("!", "bright bold"), (" next", "muted")]
    room = height - 1
    shown = rows if len(rows) <= room else rows[: room - 1]
    rest = len(rows) - len(shown)
    more = [columns(width, [Cell(2, 20, [(f"+{rest} more", "muted")])])] if rest else []
    return [spread(title, keys, width, margin=2), *shown, *more]


def _empty(width: int) -> Line:
    return columns(width, [Cell(2, width - 4, [("nothing waits for an answer", "muted")])])


def _gates(waiting: Sequence[Needing], width: int, view: View) -> list[Line]:
    gates = [
        (times.parse(gate.expires_at), gate, each)
        for each in waiting
        for gate in each.headline.approvals
    ]
    return [
        _row(
            (view.glyphs.waiting, "you bold"),
            clean(gate.title, 200),
            each.where(gate.agent_id),
            ("overdue", "you bold") if gate.id in each.headline.late else _left(ends, view),
            width,
            view,
        )
        for ends, gate, each in sorted(gates, key=lambda found: found[0] or float("inf"))
    ]


def _alarms(waiting: Sequence[Needing], width: int, view: View) -> list[Line]:
    order = ("critical", "error", "warning")
    alarms = [
        (order.index(alarm.severity), alarm, each)
        for each in waiting
        for alarm in each.headline.all_alarms
        if alarm.severity in order
    ]
    rows: list[Line] = []
    for _, alarm, each in sorted(alarms, key=lambda found: found[0]):
        mark, _ = parts.severity(alarm.severity, view.glyphs)
        token = "bad" if alarm.severity in ("critical", "error") else mark[1]
        if alarm in each.headline.inferred:
            token = "doubt"
        opened = times.parse(alarm.opened_at)
        age = numbers.age(view.now - opened if opened is not None else None, view.glyphs)
        where = each.where(alarm.agent_id, alarm.run_id)
        sign = (view.glyphs.alarm, token)
        title = clean(alarm.title, 200)
        rows.append(_row(sign, title, where, (age, "muted"), width, view))
    return rows


def _row(mark: Span, title: str, where: str, right: Span, width: int, view: View) -> Line:
    named = min(30, (width - 16) // 3)
    room = width - 4 - named - 2 - 9
    return columns(
        width,
        [
            Cell(2, 1, [mark]),
            Cell(4, room, [(parts.cut(title, room, view.glyphs), "ink")]),
            Cell(4 + room + 1, named, [(parts.cut(where, named, view.glyphs), "muted")]),
            Cell(width - 9, 7, [right], "right"),
        ],
    )


def _left(ends: float | None, view: View) -> Span:
    if ends is None:
        return (view.glyphs.nothing, "faint")
    return (numbers.countdown(ends - view.now, view.glyphs), "you bold")


def _names(fleet: FleetFacts | None) -> dict[str, str]:
    """Runs by their titles, agents as `run/agent`, by id."""
    names: dict[str, str] = {}
    for run in fleet.runs if fleet is not None else ():
        names[run.id] = run.title
        names |= {agent.id: f"{run.title}/{agent.name}" for agent in run.agents}
    return names


def chart_lines(minutes: Sequence[int], width: int, view: View) -> list[Line]:
    """Dollars a minute over the last hour, with its highest value and both ends of the time."""
    dollars = [each / MICRO for each in minutes]
    top = max(dollars, default=0.0)
    title: list[Span] = [("$/min", "bright bold"), ("  last 60m", "muted")]
    last_one = numbers.dollars(dollars[-1] if dollars else 0.0, view.glyphs)
    rate: list[Span] = [(last_one, "bright bold"), (" this minute", "muted")]
    lines = [spread(title, rate, width, margin=2)]
    room = width - 4 - _SCALE
    if not any(dollars):
        said = Cell(2, width - 4, [("nothing was spent in it", "muted")])
        return [*lines, columns(width, [said])]
    plot = charts.stacked([dollars], room, CHART, top, view.glyphs, has_grounds=view.has_grounds)
    for index, spans in enumerate(plot):
        label = numbers.money(top) if index == 0 else "0" if index == CHART - 1 else ""
        label_cell = Cell(2, _SCALE - 2, [(label, "muted")], "right")
        lines.append(columns(width, [label_cell, Cell(2 + _SCALE, room, spans)]))
    first = numbers.time_of_day(view.now - 3600)[:5]
    last = numbers.time_of_day(view.now)[:5]
    ends = [Cell(2 + _SCALE, 5, [(first, "muted")]), Cell(width - 7, 5, [(last, "muted")], "right")]
    return [*lines, columns(width, ends)]
