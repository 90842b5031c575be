"""Draws the Alarms screen: one line an alarm, and the selected one with its evidence."""

from ...data.alarms import AlarmFacts
from .. import numbers, parts
from ..line import Cell, Line, Span, columns, spread
from ..view import View


def _columns(width: int) -> tuple[int, int, int, int]:
    """Width of the title, start and width of where (0: left out), and the start of N."""
    if width < 66:
        return max(10, width - 16 - 8), 0, 0, 0
    count = width - 13
    where = count - 16
    return where - 17, where, 15, count


def head(width: int) -> Line:
    """The column heads."""
    title, where, where_width, count = _columns(width)
    cells = [
        Cell(3, 5, [("SEV", "muted")]),
        Cell(9, 6, [("STATE", "muted")]),
        Cell(16, title, [("ALARM", "muted")]),
    ]
    if where:
        cells.append(Cell(where, where_width, [("WHERE", "muted")]))
        cells.append(Cell(count, 4, [("N", "muted")], "right"))
    cells.append(Cell(width - 8, 7, [("SINCE", "muted")], "right"))
    return columns(width, cells)


def line(alarm: AlarmFacts, width: int, view: View) -> Line:
    """One alarm; what the console infers is in the hue of doubt."""
    title, where, where_width, count = _columns(width)
    is_answered = alarm.status != "open" or not view.is_live
    mark, word = parts.severity(alarm.severity, view.glyphs, is_acknowledged=is_answered)
    if alarm.severity == "error" and not is_answered:
        mark, word = (view.glyphs.alarm, "bad"), (word[0], "bad bold")
    if alarm.derived and not is_answered and alarm.severity != "critical":
        mark, word = (mark[0], "doubt"), (word[0], "doubt bold")
    strong = "bright bold" if alarm.severity == "critical" else "ink"
    token = "muted" if is_answered else strong
    state = "seen" if alarm.derived else alarm.status
    since = numbers.age(view.now - alarm.opened if alarm.opened is not None else None)
    cells = [
        Cell(1, 1, [mark]),
        Cell(3, 5, [word]),
        Cell(9, 6, [(state[:6], "muted" if is_answered else "ink")]),
        Cell(16, title, [(parts.cut(_title(alarm, view), title, view.glyphs), token)]),
    ]
    if where:
        cells.append(
            Cell(where, where_width, [(parts.cut(alarm.where, where_width, view.glyphs), "soft")])
        )
        times = numbers.times(alarm.count) if alarm.count > 1 else "1"
        cells.append(Cell(count, 4, [(times, "ink" if alarm.count > 1 else "muted")], "right"))
    cells.append(Cell(width - 8, 7, [(since, "muted" if is_answered else "ink")], "right"))
    return columns(width, cells)


def _title(alarm: AlarmFacts, view: View) -> str:
    if alarm.derived and alarm.kind == "silent" and alarm.opened is not None:
        return f"silent: no event for {numbers.duration(view.now - alarm.opened)}"
    return alarm.title


def details(alarm: AlarmFacts | None, width: int, height: int, view: View) -> list[Line]:
    """The pane of the selected alarm."""
    if alarm is None:
        return []
    right: list[Span] = []
    if alarm.severity == "critical":
        right = [parts.badge("CRIT", "on-fill bold on bad")]
    title: list[Span] = [(_title(alarm, view), "bright bold")]
    lines = [spread(title, right, width)]
    for label, text in _facts(alarm, view):
        for index, piece in enumerate(parts.wrap(text, max(10, width - 12))[:6]):
            lines += parts.details(
                [(label if index == 0 else "", [(piece, "ink")])], width, margin=1
            )
    return lines[:height]


def _facts(alarm: AlarmFacts, view: View) -> list[tuple[str, str]]:
    found = [("where", alarm.where), ("says", alarm.message)]
    origin = "inferred by this console, ends with its cause" if alarm.derived else "recorded"
    found.append(("rule", f"{alarm.kind}, {origin}"))
    if alarm.opened is not None:
        found.append(("fired", numbers.moment(alarm.opened, view.now)))
    if alarm.acked_by:
        found.append(("acked", f"by {alarm.acked_by}"))
    found.append(("ended", alarm.resolution))
    if alarm.derived:
        found.append(("evidence", ", ".join(alarm.evidence)))
    found += [("before" if not index else "", text) for index, text in enumerate(alarm.history)]
    return [(label, text) for label, text in found if text]
