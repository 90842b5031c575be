"""Draws the Alarms screen: one line an alarm, and the selected one with its evidence."""

from ...data.alarms import AlarmFacts, AlarmsFacts, Past
from .. import numbers, parts
from ..line import BLANK, Cell, Line, Span, columns, spread, width_of
from ..view import View

LABEL = 10
ROOMY = 100
"""From this width on a place is named with its agent."""


def _columns(width: int) -> tuple[int, int, int, int]:
    """Width of the title, start and width of where (0: left out), and the start of N."""
    if width < 66:
        return max(10, width - 16 - 8), 0, 0, 0
    count = width - 13
    wide = 30 if width >= ROOMY else 15
    where = count - wide - 1
    return where - 17, where, wide, count


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
    if alarm.derived and not is_answered and alarm.severity in ("error", "warning"):
        mark, word = (mark[0], "doubt"), (word[0], "doubt bold")
    strong = "bright bold" if alarm.severity == "critical" else "ink"
    token = "muted" if is_answered else strong
    where_token = "muted" if is_answered else "soft"
    state = alarm.status
    ago = view.now - alarm.opened if alarm.opened is not None else None
    since = numbers.age(ago, view.glyphs, width=7)
    cells = [
        Cell(1, 1, [mark]),
        Cell(3, 5, [word]),
        Cell(9, 6, [(state[:6], "muted" if is_answered else "ink")]),
        Cell(16, title, [(parts.cut(_title(alarm, view), title, view.glyphs), token)]),
    ]
    if where:
        cells.append(
            Cell(where, where_width, [(_where(alarm.where, where_width, view), where_token)])
        )
        times = numbers.times(alarm.count, view.glyphs) if alarm.count > 1 else "1"
        cells.append(Cell(count, 4, [(times, "ink" if alarm.count > 1 else "muted")], "right"))
    cells.append(
        Cell(width - 8, 7, [numbers.toned(since, "muted" if is_answered else "ink")], "right")
    )
    return columns(width, cells)


def _title(alarm: AlarmFacts, view: View) -> str:
    if alarm.derived and alarm.kind == "silent" and alarm.opened is not None:
        return f"silent: no event for {numbers.duration(view.now - alarm.opened)}"
    return alarm.title


def _where(where: str, width: int, view: View) -> str:
    """The run, and its agent where both fit."""
    return where if len(where) <= width else parts.cut(where.partition("/")[0], width, view.glyphs)


def below(facts: AlarmsFacts, width: int, interval: float, view: View) -> list[Line]:
    """Under the open alarms: that somebody watches, and what was over last."""
    snoozed = sum(alarm.status == "snoozed" for alarm in facts.alarms)
    said: list[Span] = [(f"{facts.rules}", "ink"), (" rules on", "muted")]
    if view.is_live:
        said += [("   last checked ", "muted"), (f"{interval:.1f}s", "ink"), (" ago", "muted")]
    said += [("   ", ""), (f"{snoozed} snoozed" if snoozed else "nothing snoozed", "muted")]
    lines = [BLANK, columns(width, [Cell(3, width - 4, said)])]
    if facts.closed:
        lines += [BLANK, columns(width, [Cell(3, width - 4, [("closed last", "bright bold")])])]
    return lines + [_closed_line(alarm, width, view) for alarm in facts.closed]


def _closed_line(alarm: AlarmFacts, width: int, view: View) -> Line:
    at = numbers.moment(alarm.resolved, view.now, glyphs=view.glyphs)
    # A day other than today says more than its hour.
    shown = at[:5] if len(at) == 8 else at[5:10]
    title, where = (20, 15) if width >= 76 else (max(10, width - 12), 0)
    if width >= ROOMY:
        title, where = 40, 30
    cells = [
        Cell(3, 5, [(shown, "muted")]),
        Cell(9, title, [(parts.cut(alarm.title, title, view.glyphs), "soft")]),
    ]
    if where:
        start = 9 + title + 1 + where + 1
        room = width - start - 1
        cells.append(Cell(9 + title + 1, where, [(_where(alarm.where, where, view), "muted")]))
        cells.append(Cell(start, room, [(parts.cut(alarm.resolution, room, view.glyphs), "muted")]))
    return columns(width, cells)


def details(alarm: AlarmFacts | None, width: int, height: int, view: View) -> list[Line]:
    """The pane of the selected alarm: seven rows below the list, or the height beside it."""
    if alarm is None:
        return []
    is_tall = height > 8
    margin = 2 if is_tall else 1
    lines = _title_lines(alarm, width, margin, view, is_tall=is_tall)
    for label, texts in _facts(alarm, view):
        if is_tall:
            lines.append(BLANK)
            lines += parts.details(
                [(label, "\n".join(texts))], width - margin, label_width=LABEL, margin=margin
            )
        else:
            text = parts.cut("   ".join(texts), width - 2 - LABEL, view.glyphs)
            lines += parts.details([(label, [(text, "ink")])], width, label_width=LABEL, margin=1)
    return lines[:height]


def _title_lines(
    alarm: AlarmFacts, width: int, margin: int, view: View, *, is_tall: bool
) -> list[Line]:
    word = parts.severity(alarm.severity, view.glyphs)[1]
    right: list[Span] = [word]
    if alarm.severity == "critical":
        right = [parts.badge("CRIT", "on-fill bold on bad")]
    elif alarm.severity == "error":
        right = [(word[0], "bad bold")]
    room = width - 2 * margin - width_of(right) - 2
    titles = parts.wrap(_title(alarm, view), room) if is_tall else []
    title = titles[0] if titles else parts.cut(_title(alarm, view), room, view.glyphs)
    left: list[Span] = [(title, "bright bold")]
    if not is_tall and width_of(left) + len(alarm.where) + 2 <= room:
        left += [("  ", ""), (alarm.where, "muted")]
    lines = [spread(left, right, width, margin=margin, gap=2)]
    lines += [columns(width, [Cell(margin, room, [(t, "bright bold")])]) for t in titles[1:]]
    return [*lines, _about(alarm, width, margin, view)] if is_tall else lines


def _about(alarm: AlarmFacts, width: int, margin: int, view: View) -> Line:
    age = numbers.age(view.now - alarm.opened if alarm.opened is not None else None, view.glyphs)
    about = [alarm.where, f"{alarm.status} {age}"]
    if alarm.count > 1:
        about.append(numbers.times(alarm.count, view.glyphs))
    text = f" {view.glyphs.bullet} ".join(piece for piece in about if piece)
    return columns(width, [Cell(margin, width - 2 * margin, [(text, "muted")])])


def _facts(alarm: AlarmFacts, view: View) -> list[tuple[str, list[str]]]:
    origin = "inferred by this console, ends with its cause" if alarm.derived else "recorded"
    found = [
        ("rule", [f"{alarm.kind}, {origin}"]),
        ("evidence", [alarm.message] if alarm.message else []),
        ("rows", [", ".join(alarm.evidence)] if alarm.derived else []),
        ("fired", [numbers.moment(alarm.opened, view.now)] if alarm.opened is not None else []),
        ("acked", [f"by {alarm.acked_by}"] if alarm.acked_by else []),
        ("ended", [alarm.resolution] if alarm.resolution else []),
        ("before", [_past(past, view) for past in alarm.history]),
    ]
    return [(label, texts) for label, texts in found if texts]


def _past(past: Past, view: View) -> str:
    at = numbers.moment(past.at, view.now, glyphs=view.glyphs)
    if past.until is None:
        return f"{at}  {past.says}"
    until = numbers.moment(past.until, view.now, glyphs=view.glyphs)
    return f"{at} {view.glyphs.dash} {until}  {past.says}"
