"""Draws the log and the audit trail: one line each, and the selected one's details."""

import time

from ...data.events import LogLine
from ...data.text import clean_lines
from .. import parts
from ..line import Cell, Line, Span, columns
from ..view import View

LEVELS = {
    "error": ("ERROR", "bad bold"),
    "warn": ("warn", "you bold"),
    "info": ("info", "muted"),
    "debug": ("debug", "muted"),
    "failure": ("failed", "bad bold"),
    "success": ("ok", "ok"),
    "suppressed": ("supp.", "muted"),
}


def head(width: int, audit: bool) -> Line:
    """The column heads."""
    where, what = ("STAGE", "TYPE") if audit else ("WHERE", "KIND")
    at = _columns(width)
    return columns(
        width,
        [
            Cell(1, 12, [("TIME", "muted")]),
            Cell(14, 6, [("OUT" if audit else "LEVEL", "muted")]),
            Cell(at[0], at[1], [(where, "muted")]),
            Cell(at[2], at[3], [(what, "muted")]),
            Cell(at[4], max(0, width - at[4] - 1), [("SUMMARY" if audit else "MESSAGE", "muted")]),
        ],
    )


def _columns(width: int) -> tuple[int, int, int, int, int]:
    """Start and width of where and kind, and the start of the message."""
    if width < 70:
        return 21, 0, 21, 12, 34
    # tool_call.succeeded, the longest of the usual kinds, has 19 cells.
    where, kind = (18, 14) if width < 100 else (23, 19)
    return 21, where, 22 + where, kind, 23 + where + kind


def line(row: LogLine, width: int, view: View) -> Line:
    """One line of the log."""
    at = _columns(width)
    word, token = LEVELS.get(row.level, (row.level[:6], "muted"))
    loud = row.level in ("error", "failure")
    message: list[Span] = [(row.message, "ink" if row.level != "debug" else "muted")]
    if row.actor:
        message.append((f"  by {row.actor}", "muted"))
    room = max(0, width - at[4] - 1)
    cells = [
        Cell(1, 12, [(clock(row.at, view.now), "muted")]),
        Cell(14, 6, [(word, token)]),
        Cell(at[0], at[1], [(parts.cut_path(row.where, at[1], view.glyphs), "soft")]),
        Cell(at[2], at[3], [(parts.cut(row.kind, at[3], view.glyphs), "bad" if loud else "ink")]),
        Cell(at[4], room, parts.cut_spans(message, room, view.glyphs)),
    ]
    return columns(width, cells)


def clock(at: float | None, now: float | None = None) -> str:
    """The time of day with milliseconds, `13:58:43.009`; of another day `02-07 13:58`."""
    if at is None:
        return "?"
    if now is not None and time.localtime(at)[:3] != time.localtime(now)[:3]:
        return time.strftime("%m-%d %H:%M", time.localtime(at))
    return f"{time.strftime('%H:%M:%S', time.localtime(at))}.{int(at * 1000) % 1000:03}"


def mark_line(at: float, width: int, view: View) -> Line:
    """The line a person drops into the log: `- - - mark 14:00:00 - - -`."""
    word = f" mark {time.strftime('%H:%M:%S', time.localtime(at))} "
    side = (view.glyphs.hairline + " ") * 200
    left = max(0, (width - len(word)) // 2 - 1)
    rest = max(0, width - left - len(word) - 2)
    return Line(((" ", ""), (side[:left], "line"), (word, "bright bold"), (side[:rest], "line")))


def details(row: LogLine | None, width: int, height: int, view: View) -> list[Line]:
    """The pane of the selected line: its message whole, and what it carries."""
    if row is None:
        return []
    pairs: list[tuple[str, list[Span] | str]] = [
        ("what", [(row.kind, "bright bold"), (f"   {clock(row.at)}   #{row.seq}", "muted")]),
    ]
    if row.where:
        pairs.append(("where", [(row.where, "ink")]))
    if row.actor:
        pairs.append(("who", [(row.actor, "ink")]))
    margin = 2 if height > 8 else 1
    if row.message:
        pairs.append(("says", row.message))
    carries = "\n".join(clean_lines(row.details))
    if carries:
        pairs.append(("carries", carries))
    return parts.details(pairs, width - margin, margin=margin)[:height]
