"""Draws the costs: the groups with their total, the hour's plot, budgets, waste and prices."""

from collections.abc import Sequence
from typing import NamedTuple

from ...data.budgets import BudgetFacts
from ...data.costs import CostRow, CostsFacts
from ...data.text import clean
from .. import numbers, parts
from ..line import Cell, Line, Span, columns, spread, width_of
from ..view import View
from . import charts
from .fleet import short_model

SOURCES = {"reported": "rep", "table": "tab", "mixed": "mixed"}
MINUTES = 60
SMALLEST_TOP = 0.02
"""Dollars a minute at the upper edge of a plot of next to nothing."""

WASTE_WIDTH = 23
WIDE = 116


class Layout(NamedTuple):
    """Where the columns stand; a width of 0 leaves a column out."""

    name: int
    name_width: int
    calls: int
    tokens: tuple[tuple[str, int, int], ...]
    """Head, start and width of IN, CACHE R, CACHE W and OUT."""
    cost: int
    share: int
    share_width: int
    percent: int
    source: int


def layout(width: int) -> Layout:
    """The columns of look.md section 5; the narrow ones leave share and cache out."""
    if width >= WIDE:
        extra = max(0, width - 120)
        at = _tokens(29, (("IN", 8), ("CACHE R", 9), ("CACHE W", 9), ("OUT", 8)))
        return Layout(3, 20, 23, at, 63, 75, 30 + extra, 106 + extra, 112 + extra)
    if width >= 79:
        at = _tokens(23, (("IN", 7), ("CACHE R", 8), ("CACHE W", 8), ("OUT", 7)))
        return Layout(2, 15, 17, at, 53, 64, 8, 0, 73)
    at = _tokens(23, (("IN", 7), ("OUT", 7)))
    return Layout(2, 15, 17, at, 37, 0, 0, 0, 48)


def _tokens(start: int, heads: Sequence[tuple[str, int]]) -> tuple[tuple[str, int, int], ...]:
    placed: list[tuple[str, int, int]] = []
    for head, width in heads:
        placed.append((head, start, width))
        start += width
    return tuple(placed)


def head(by: str, width: int) -> Line:
    """The column heads."""
    at = layout(width)
    name = {"day": "DAY UTC", "calls": "CALL"}.get(by, by.upper())
    cells = [
        Cell(at.name, at.name_width, [(name, "muted")]),
        Cell(at.calls, 6, [("TIME" if by == "calls" else "CALLS", "muted")], "right"),
    ]
    cells += [Cell(start, wide, [(word, "muted")], "right") for word, start, wide in at.tokens]
    cells.append(Cell(at.cost, 9, [("COST $", "muted")], "right"))
    if at.share:
        cells.append(Cell(at.share, at.share_width, [("SHARE", "muted")]))
    cells.append(Cell(at.source, 5, [("SRC", "muted")]))
    return columns(width, cells)


def row_line(row: CostRow, total: CostRow, width: int, view: View) -> Line:
    """One group, or one call."""
    at, glyphs = layout(width), view.glyphs
    cells = [
        Cell(at.name, at.name_width, _name(row, at.name_width, view)),
        Cell(at.calls, 6, [_calls(row, view)], "right"),
        *_token_cells(row, at, view),
        Cell(at.cost, 9, [_cost(row, view)], "right"),
    ]
    priced = row.cost_usd is not None and total.micros > 0
    if at.share and priced:
        share = row.micros / total.micros
        cells.append(
            Cell(at.share, at.share_width, parts.gauge(share, at.share_width, glyphs, "soft"))
        )
        if at.percent:
            percent = numbers.percent(share, glyphs)
            cells.append(Cell(at.percent, 4, [(percent, _tone("soft", view))], "right"))
    source = SOURCES.get(row.source)
    cells.append(Cell(at.source, 5, [(source, "muted") if source else (glyphs.nothing, "faint")]))
    return columns(width, cells, bar_start=at.share or None)


def _tone(token: str, view: View) -> str:
    """A view that is not live shows its last facts without their emphasis."""
    return token if view.is_live else "muted"


def _name(row: CostRow, width: int, view: View) -> list[Span]:
    name = parts.cut(row.name, width, view.glyphs)
    if row.status in ("failed", "cancelled"):
        return [
            (f"{view.glyphs.failed} ", "bad"),
            (parts.cut(row.name, width - 2, view.glyphs), "ink"),
        ]
    spans: list[Span] = [(name, _tone("ink", view))]
    room = width - width_of(spans) - 1
    if row.about and row.at is None and room >= 4:
        spans.append((f" {parts.cut(row.about, room, view.glyphs)}", "muted"))
    return spans


def _calls(row: CostRow, view: View) -> Span:
    if row.at is not None:
        return (numbers.time_of_day(row.at)[:5], _tone("soft", view))
    return (numbers.count(row.calls, view.glyphs), _tone("soft", view))


def _token_cells(row: CostRow, at: Layout, view: View) -> list[Cell]:
    values = {
        "IN": row.fresh,
        "CACHE R": row.cache_read,
        "CACHE W": row.cache_write,
        "OUT": row.tokens_out,
    }
    cells: list[Cell] = []
    for word, start, wide in at.tokens:
        value = values[word]
        token = _tone("soft", view) if value else "faint"
        cells.append(Cell(start, wide, numbers.token_cells(value, token, view.glyphs), "right"))
    return cells


def _cost(row: CostRow, view: View) -> Span:
    text = numbers.money(row.cost_usd, view.glyphs, width=9)
    if row.cost_usd is None:
        return (text, _tone("doubt", view))
    if row.unpriced:
        text = numbers.money_floor(row.cost_usd, view.glyphs)
    return (text, _tone("bright bold", view))


# What stands under the groups


def total_lines(
    facts: CostsFacts, width: int, height: int, view: View, saved: "Saved | None"
) -> list[Line]:
    """The total and the line of remarks; between them an empty one where there is room."""
    at = layout(width)
    row, glyphs = facts.total, view.glyphs
    is_floor = row.unpriced > 0 or facts.reached is not None
    text = numbers.money(row.micros / 1e6, glyphs)
    if is_floor:
        text = numbers.money_floor(row.micros / 1e6, glyphs)
    cells = [
        Cell(at.name, at.name_width, [("total", "muted")]),
        Cell(at.calls, 6, [(numbers.count(row.calls, glyphs), _tone("ink", view))], "right"),
        *_token_cells(row, at, view),
        Cell(at.cost, 9, [(text, _tone("bright bold", view))], "right"),
    ]
    blank = [Line(())] if height > 2 else []
    return [columns(width, cells), *blank, _remarks(facts, width, view, saved, at.name)][:height]


class Saved(NamedTuple):
    """What the cache saved, by the price table."""

    micros: int
    share: float
    """Of what the same calls would have cost without a cache."""
    models: int
    unknown: int
    """Models that used a cache and have no price in the table."""


def _remarks(facts: CostsFacts, width: int, view: View, saved: Saved | None, margin: int) -> Line:
    row, glyphs = facts.total, view.glyphs
    groups: list[list[Span]] = []
    if facts.reached is not None:
        day = numbers.moment(facts.reached, facts.now)
        groups.append([("still reading", "doubt"), (f", so far back to {day}", "muted")])
    if row.unpriced:
        calls = numbers.count(row.unpriced, glyphs)
        word = "call" if row.unpriced == 1 else "calls"
        says = f" {word} unpriced: the total is a floor"
        groups.append([(calls, _tone("doubt bold", view)), (says, "muted")])
    if saved is not None and saved.models:
        money, share = numbers.dollars(saved.micros / 1e6), numbers.percent(saved.share)
        groups.insert(
            0, [("cache saved ", "muted"), (money, "bright bold"), (f" ({share})", "muted")]
        )
    elif row.cache_read:
        share = numbers.percent(row.cache_read / max(1, row.tokens_in), glyphs)
        groups.insert(0, [("from cache ", "muted"), (share, "bright bold"), (" of input", "muted")])
    if facts.more:
        word = "older calls" if facts.by == "calls" else "more groups in the total"
        more = "" if facts.by == "calls" else f"{facts.more:,} "
        groups.append([(f"{more}{word}", "muted")])
    right: list[Span] = [("P", "bright bold"), (" fixes", "muted")] if row.unpriced else []
    left: list[Span] = []
    for group in groups:
        if left and width_of(left) + 3 + width_of(group) > width - margin - 4 - width_of(right):
            break
        left += [("   ", ""), *group] if left else group
    return spread([(" " * (margin - 1), ""), *left], right, width)


# The plot


def chart(facts: CostsFacts, width: int, height: int, view: View, *, is_drawn: bool) -> list[Line]:
    """Dollars a minute of the last hour, stacked by model; beside it the waste where it fits.

    Until the plotting library is there, `is_drawn` is False and the plot is empty.
    """
    has_waste = width >= WIDE and height >= 10
    start = 11 if width >= WIDE else 10
    room = width - start - 10 - (WASTE_WIDTH + 2 if has_waste else 0)
    rows = height - 2
    if rows < 2 or room < 20:
        return []
    shown, names = _layers(facts, view)
    plan = _plan(facts)
    now_rate = facts.today.per_minute / 1e6
    top = _round_up(max([*(sum(column) for column in zip(*shown, strict=True)), plan, now_rate, 0]))
    plot = charts.stacked(
        shown if is_drawn else (),
        room,
        rows,
        top,
        view.glyphs,
        has_grounds=view.has_grounds,
    )
    lines = [_title(facts, names, start, room, width, view)]
    ends = _ends(plan, now_rate, top, rows)
    for y in range(rows):
        spans = plot[y]
        if ends.get(y, ("", ""))[1] == "plan" and rows >= 6:
            spans = _dotted(spans, view)
        lines.append(_plot_line(y, rows, top, spans, ends.get(y), start, room, width, view))
    lines.append(_times(facts, start, room, width))
    return _beside(lines, waste(facts, WASTE_WIDTH, view), width) if has_waste else lines


def _layers(facts: CostsFacts, view: View) -> tuple[list[list[float]], list[str]]:
    """Dollars a minute of the dearest models, and of all others as one more."""
    most = 3 if view.has_grounds and not view.glyphs.is_ascii else 2
    series = [[micros / 1e6 for micros in minutes] for _, minutes in facts.minutes]
    names = [short_model(model) or "no model" for model, _ in facts.minutes]
    if len(series) > most:
        rest = [sum(column) for column in zip(*series[most - 1 :], strict=True)]
        series, names = [*series[: most - 1], rest], [*names[: most - 1], "others"]
    return series, names


def _plan(facts: CostsFacts) -> float:
    day = next((budget for budget in facts.budgets if budget.scope == "day"), None)
    return (day.plan_rate or 0.0) / 1e6 if day is not None else 0.0


def _round_up(value: float) -> float:
    """The next round number whose half is round too."""
    top = SMALLEST_TOP
    while top < value:
        for factor in (2, 2.5, 2):
            top *= factor
            if top >= value:
                break
    return top


def _title(
    facts: CostsFacts, names: Sequence[str], start: int, room: int, width: int, view: View
) -> Line:
    margin = 3 if width >= WIDE else 2
    left: list[Span] = [("$/min", "bright bold"), ("  last hour", "muted")]
    if facts.is_cut:
        left.append(("  only the newest calls of it", "doubt"))
    marks = _marks(len(names), view)
    legend: list[Span] = []
    for mark, name in zip(marks, names, strict=True):
        legend += [("   ", "")] if legend else []
        legend += [mark, (f" {parts.cut(name, 14, view.glyphs)}", "muted")]
    at = start + room - width_of(legend)
    cells = [Cell(margin, start + room - margin, left)]
    if at > margin + width_of(left) + 2:
        cells.append(Cell(at, width_of(legend), legend))
    return columns(width, cells)


def _marks(count: int, view: View) -> list[Span]:
    solid = view.glyphs.solid
    if view.has_grounds and not view.glyphs.is_ascii:
        return [(solid, token) for token in charts.RAMP[:count]]
    return [
        (solid if index == 0 else view.glyphs.shade, charts.RAMP[index]) for index in range(count)
    ]


def _ends(plan: float, rate: float, top: float, rows: int) -> dict[int, tuple[float, str]]:
    """What stands at the right end of which row: the rate now, and the plan."""
    at_rate = _row_of(rate, top, rows)
    ends = {at_rate: (rate, "now")}
    if plan:
        at = _row_of(plan, top, rows)
        if at == at_rate:
            at = at_rate + 1 if plan < rate and at_rate + 1 < rows else at_rate - 1
        if 0 <= at < rows:
            ends[at] = (plan, "plan")
    return ends


def _row_of(value: float, top: float, rows: int) -> int:
    return min(rows - 1, max(0, rows - 1 - int(value / top * rows)))


def _dotted(spans: Sequence[Span], view: View) -> list[Span]:
    """A dot in every third cell that is empty: where the plan lies."""
    cells = [(character, token) for text, token in spans for character in text]
    dotted = [
        (view.glyphs.bullet, "muted") if at % 3 == 0 and cell[0] == " " else cell
        for at, cell in enumerate(cells)
    ]
    return parts.merge(dotted)


def _plot_line(
    y: int,
    rows: int,
    top: float,
    spans: Sequence[Span],
    end: tuple[float, str] | None,
    start: int,
    room: int,
    width: int,
    view: View,
) -> Line:
    labels = {0: top, rows // 2: top / 2, rows - 1: 0.0} if rows > 2 else {0: top, rows - 1: 0.0}
    cells: list[Cell] = []
    if y in labels:
        text = numbers.money(labels[y], view.glyphs) if labels[y] else "0"
        cells.append(Cell(2, start - 4, [(text, "muted")], "right"))
    cells.append(Cell(start, room, spans))
    if end is not None:
        value, word = end
        number = (numbers.money(value, view.glyphs), "bright bold" if word == "now" else "muted")
        token = _tone(number[1], view)
        cells.append(Cell(start + room + 1, 10, [(number[0], token), (f" {word}", "muted")]))
    return columns(width, cells)


def _times(facts: CostsFacts, start: int, room: int, width: int) -> Line:
    cells: list[Cell] = []
    for minute in (0, 20, 40):
        at = start + minute * room // MINUTES
        text = numbers.time_of_day(facts.start + minute * 60)[:5]
        cells.append(Cell(at, 5, [(text, "muted")]))
    last = numbers.time_of_day(facts.start + (MINUTES - 1) * 60)[:5]
    cells.append(Cell(start + room - 5, 5, [(last, "muted")]))
    return columns(width, cells)


def _beside(lines: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    joined: list[Line] = []
    at = width - WASTE_WIDTH - 1
    for index, line in enumerate(lines):
        extra = right[index].spans if index < len(right) else ()
        cells = [Cell(0, at, line.spans), Cell(at, WASTE_WIDTH, extra)]
        joined.append(columns(width, cells))
    return joined


def waste(facts: CostsFacts, width: int, view: View) -> list[Line]:
    """What the last hour spent for nothing or twice, as far as its rows show: inferred."""
    lost, glyphs = facts.waste, view.glyphs
    spent = sum(sum(minutes) for _, minutes in facts.minutes)
    money = (("failed turns", lost.failed_micros), ("retries", lost.retry_micros))
    counts = (("re-sent context", lost.resent_tokens), ("cache misses", lost.missed_tokens))
    lines = [columns(width, [Cell(0, width, [("waste", "bright bold"), ("  inferred", "muted")])])]
    for word, micros in money:
        share = micros / spent if spent else 0.0
        lines.append(_waste_line(word, numbers.money(micros / 1e6, glyphs), width))
        lines.append(Line(tuple(parts.gauge(share, width, glyphs, "soft"))))
    for word, tokens in counts:
        lines.append(_waste_line(word, numbers.tokens(tokens, glyphs), width))
    return lines


def _waste_line(word: str, value: str, width: int) -> Line:
    cells = [Cell(0, width - 8, [(word, "ink")]), Cell(width - 8, 8, [(value, "ink")], "right")]
    return columns(width, cells)


# Budgets


def budgets(facts: CostsFacts, width: int, height: int, view: View) -> list[Line]:
    """The budgets, each limit at the same column; where not all fit, the worst."""
    margin = 3 if width >= WIDE else 2
    if not facts.budgets:
        said = "no budget is set; [budgets] in config.toml sets one"
        return [columns(width, [Cell(margin, width - margin, [(said, "muted")])])][:height]
    room = max(0, height - 1)
    worst = sorted(facts.budgets, key=lambda budget: _RANK[budget.state])[:room]
    chosen = [budget for budget in facts.budgets if budget in worst]
    hidden = len(facts.budgets) - len(chosen)
    lines = [_budget_head(width, view, hidden)]
    return [*lines, *(budget_line(budget, width, view) for budget in chosen)][:height]


_RANK = {"over": 0, "FAST BURN": 1, "warn": 2, "ok": 3}


class _BudgetLayout(NamedTuple):
    name: int
    name_width: int
    gauge: int
    gauge_width: int
    used: int
    limit: int
    left: int
    """Where these three columns end."""
    forecast: int
    state: int


def _budget_layout(width: int) -> _BudgetLayout:
    if width >= WIDE:
        return _BudgetLayout(3, 16, 20, 34, 62, 70, 84, 99, 102)
    if width >= 79:
        return _BudgetLayout(2, 12, 15, 16, 39, 47, 57, 0, 59)
    return _BudgetLayout(2, 14, 0, 0, 24, 32, 42, 0, 44)


def _budget_head(width: int, view: View, hidden: int) -> Line:
    at, glyphs = _budget_layout(width), view.glyphs
    name = f"BUDGET +{hidden}" if hidden else "BUDGET"
    cells = [Cell(at.name, at.name_width, [(name, "muted")])]
    if at.gauge:
        word = (
            f"USED, FORECAST 10{glyphs.dash}90%, LIMIT"
            if at.forecast
            else f"USED {glyphs.path} LIMIT"
        )
        cells.append(Cell(at.gauge, at.gauge_width, [(word, "muted")]))
    cells += [
        Cell(at.used - 7, 7, [("USED", "muted")], "right"),
        Cell(at.limit - 7, 7, [("LIMIT", "muted")], "right"),
        Cell(at.left - 9, 9, [("LEFT AT RATE" if at.forecast else "LEFT", "muted")], "right"),
    ]
    if at.forecast:
        cells.append(Cell(at.forecast - 14, 14, [("FORECAST $", "muted")], "right"))
    return columns(width, [*cells, Cell(at.state, 12, [("STATE", "muted")])])


def budget_line(budget: BudgetFacts, width: int, view: View) -> Line:
    """One budget: its gauge, numbers and state."""
    at, glyphs = _budget_layout(width), view.glyphs
    used = numbers.money(budget.used / 1e6, glyphs)
    if budget.is_floor:
        used = numbers.money_floor(budget.used / 1e6, glyphs)
    loud = _tone({"warn": "you bold", "ok": "soft"}.get(budget.state, "bad bold"), view)
    cells = [Cell(at.name, at.name_width, [(parts.cut(budget.name, at.name_width, glyphs), "ink")])]
    if at.gauge:
        cells.append(Cell(at.gauge, at.gauge_width, _budget_gauge(budget, at.gauge_width, view)))
    left = numbers.duration(budget.left or None, glyphs)
    cells += [
        Cell(at.used - 7, 7, [(used, "ink")], "right"),
        Cell(at.limit - 7, 7, [(numbers.money(budget.limit / 1e6, glyphs), "ink")], "right"),
        Cell(at.left - 9, 9, [numbers.toned(left, loud)], "right"),
    ]
    if at.forecast:
        cells.append(Cell(at.forecast - 14, 14, [_forecast(budget, view)], "right"))
    cells.append(Cell(at.state, width - at.state, _state(budget, view)))
    return columns(width, cells)


def _budget_gauge(budget: BudgetFacts, width: int, view: View) -> list[Span]:
    low_high = budget.forecast
    spans = parts.budget(
        budget.used,
        budget.limit,
        width,
        view.glyphs,
        (low_high[0], low_high[1]) if low_high else None,
    )
    if not view.is_live:
        return [(t, "muted" if tone in ("soft", "you", "bad") else tone) for t, tone in spans]
    if budget.state != "FAST BURN":
        return spans
    bars = (view.glyphs.bar, view.glyphs.bar_half or view.glyphs.bar)
    return [(t, "bad" if tone in ("soft", "you") and t[0] in bars else tone) for t, tone in spans]


def _forecast(budget: BudgetFacts, view: View) -> Span:
    if budget.forecast is None:
        return ("too early", "muted")
    low, high = (micros / 1e6 for micros in budget.forecast)
    return (numbers.money_range(low, high, view.glyphs), _tone("soft", view))


def _state(budget: BudgetFacts, view: View) -> list[Span]:
    if not view.is_live:
        return [(view.glyphs.unknown, "muted"), (f" {budget.state.lower()}", "muted")]
    if budget.state == "ok":
        return [(view.glyphs.idle, "muted"), (" ok", "muted")]
    word, token = str(budget.state), "bad bold"
    if budget.state == "warn":
        word, token = f"warn {numbers.percent(budget.share, view.glyphs)}", "you bold"
    return [(view.glyphs.alarm, token), (f" {word}", token)]


# Prices


class Prices(NamedTuple):
    """Where prices come from, as far as it was looked up."""

    rows: tuple[CostRow, ...]
    """The models of the window."""
    table: str
    """Name and version of the price table; "" while it is looked up."""
    file: str
    """The configuration file, whose `prices` names a file of one's own."""


def prices(facts: Prices, width: int, height: int, view: View) -> list[Line]:
    """Which model's calls were priced by whom."""
    margin = 3 if width >= WIDE else 2
    table = facts.table or view.glyphs.idle
    title: list[Span] = [("prices", "bright bold"), ("  by whom each call was priced", "muted")]
    lines = [
        spread(
            [(" " * (margin - 1), ""), *title], [("P", "bright bold"), (" back", "muted")], width
        )
    ]
    heads = ("MODEL", "REPORTED", "TABLE", "NO PRICE")
    lines.append(_price_line(margin, [(word, "muted") for word in heads], width))
    for row in facts.rows[: max(0, height - 4)]:
        from_table = row.calls - row.reported - row.unpriced
        doubt = "doubt bold" if row.unpriced else "faint"
        spans: list[Span] = [(parts.cut(row.name, 24, view.glyphs), "ink")]
        spans += [(numbers.count(n), "soft" if n else "faint") for n in (row.reported, from_table)]
        lines.append(_price_line(margin, [*spans, (numbers.count(row.unpriced), doubt)], width))
    own = f"prices = PATH in {clean(facts.file, 200)}"
    lines += parts.details(
        [("table", [(table, "ink")]), ("your own", [(own, "ink")])], width, margin=margin
    )
    return lines[:height]


def _price_line(margin: int, spans: Sequence[Span], width: int) -> Line:
    cells = [Cell(margin, 25, spans[:1])]
    for index, span in enumerate(spans[1:]):
        cells.append(Cell(margin + 26 + index * 10, 9, [span], "right"))
    return columns(width, cells)


class Heights(NamedTuple):
    """Rows of each part of the body; 0 leaves it out."""

    rows: int
    total: int
    plot: int
    budgets: int


def arrange(height: int, rows: int, budgets: int) -> Heights:
    """How the body's rows are shared: groups first, then budgets and the plot as they fit."""
    is_tall = height >= 30
    total = 3 if is_tall else 2
    left = height - 1 - total
    if left < 11:
        return Heights(max(1, min(rows, left)), total, 0, 0)
    plot = 13 if is_tall else 6
    shown = min(budgets, 6 if is_tall else 3) + 1 if budgets else 1
    # An empty row before and after the plot.
    room = left - plot - shown - 2
    if room < min(max(rows, 1), 3):
        return Heights(max(1, min(rows, left - plot - 1)), total, plot, 0)
    return Heights(max(1, min(rows, room)), total, plot, shown)


def empty(facts: CostsFacts, width: int) -> list[Line]:
    """Why there is nothing: one sentence, and what can be done."""
    margin = 3 if width >= WIDE else 2
    within = {"today": "today", "all": "so far"}.get(facts.window, f"in {facts.window}")
    said = facts.why_empty or f"no priced calls {within}"
    lines = [columns(width, [Cell(margin, width - margin, [(clean(said, 200), "bright bold")])])]
    if not facts.why_empty:
        hint: list[Span] = [("a call is counted when it is over   ", "muted")]
        if facts.window != "all":
            hint += [("t", "bright bold"), (" a longer window", "muted")]
        lines.append(columns(width, [Cell(margin, width - margin, hint)]))
    return lines
