"""Draws the decide bar: seen, same, and one line for the step a decision has come to."""

import math
from collections.abc import Mapping, Sequence

from ...data.consent import BarFacts, BarKey
from .. import numbers, parts
from ..glyphs import Glyphs
from ..line import BLANK, Line, Span, cells_of, spread, tail, width_of
from ..view import View

PANEL = "ground-panel"
_LABEL = 8
_GAUGE_AT = 40
_BAR_AT = 20


def bar_lines(
    bar: BarFacts,
    width: int,
    height: int,
    view: View,
    *,
    noun: str,
    hold: float,
    can_compare: bool,
) -> list[Line]:
    """The bar above its message and its keys: three rows, or five where there is room.

    `hold` is how many seconds an approval of this risk can be undone.
    """
    rows = [_seen(bar, width, view, noun), _same(bar, width, view, can_compare)]
    step = step_line(bar, width, view, hold)
    return [*rows, step] if height < 5 else [BLANK, *rows, BLANK, step]


def _seen(bar: BarFacts, width: int, view: View, noun: str) -> Line:
    left: list[Span] = [
        ("seen".ljust(_LABEL), "muted"),
        (f"{bar.seen:,}", "bright bold"),
        (f" of {bar.lines:,} {'line' if bar.lines == 1 else 'lines'}", "muted"),
    ]
    if bar.sections > 1:
        left += [
            ("   ", ""),
            (f"{bar.sections_seen:,}", "bright bold"),
            (f" of {bar.sections:,} {noun}s", "muted"),
        ]
    is_whole = bar.percent == 100
    start = max(_GAUGE_AT, 1 + width_of(left) + 2)
    room = width - 7 - start
    if room >= 4:
        left.append((" " * (start - 1 - width_of(left)), ""))
        left += parts.gauge(bar.percent / 100, room, view.glyphs, "ok" if is_whole else "ink")
    right: list[Span] = [(f"{bar.percent}%", "ok bold" if is_whole else "bright bold")]
    return spread(left, right, width, gap=1, ground=PANEL)


def _same(bar: BarFacts, width: int, view: View, can_compare: bool) -> Line:
    left: list[Span] = [("same".ljust(_LABEL), "muted")]
    if bar.is_same and not bar.is_hashed:
        left.append(("since you opened it; no hash was left by who asked", "ink"))
    elif bar.is_same:
        left.append(("yes, as when the agent asked", "ink"))
    else:
        left.append((f"no: {bar.changed}", "bad bold"))
        if can_compare:
            left += [("   D", "bright bold"), (" show the difference", "muted")]
    first, last = bar.sha
    right: list[Span] = []
    if width_of(left) + 20 <= width:
        right = [
            ("sha256 ", "muted"),
            (first, "bright bold"),
            (f"{view.glyphs.cut}{last}", "soft"),
        ]
    return spread(left, right, width, ground=PANEL)


def step_line(bar: BarFacts, width: int, view: View, hold: float) -> Line:
    """What is missing, what to type, how long it can be undone, or what came of it."""
    if bar.step == "reading":
        return _reading(bar, width, view, hold)
    if bar.step == "confirm":
        return _confirm(bar, width, view, hold)
    draw = {
        "note": _note,
        "reason": _reason,
        "hold": _hold,
        "sending": _sending,
        "receipt": _receipt,
        "closed": _closed,
    }[bar.step]
    return draw(bar, width, view)


def _reading(bar: BarFacts, width: int, view: View, hold: float) -> Line:
    if bar.off:
        off = parts.cut_spans([(bar.off, "doubt bold")], width - 2, view.glyphs)
        return spread(off, [], width, ground=PANEL)
    return spread(_approve_opens(bar, width, hold), [], width, ground=PANEL)


def _approve_opens(bar: BarFacts, width: int, hold: float) -> list[Span]:
    verb = "RESUME" if bar.way.no_reject else "APPROVE"
    if bar.locks and bar.to_go and bar.locks[0].endswith("to go"):
        lines = "line " if bar.to_go == 1 else "lines "
        to_go = f"{bar.to_go:,} {lines if width >= 100 else ''}to go"
        when = "every line has been on screen" if width >= 72 else "all has been seen"
        return [
            (verb, "bright bold"),
            (f" opens when {when}.  ", "ink"),
            (to_go, "you bold"),
        ]
    if bar.locks:
        return [(verb, "bright bold"), (" is locked: ", "ink"), (bar.locks[0], "you bold")]
    wait = f"{hold:.0f}s hold, "
    then = f" asks for {bar.wanted}, then a {wait}" if bar.wanted else f" starts a {wait}"
    spans: list[Span] = [
        (verb, "bright bold"),
        (" is open: ", "ink"),
        ("a", "bright bold"),
        (then, "muted"),
        ("u", "bright bold"),
        (" undoes it", "muted"),
    ]
    if bar.note:
        spans += [("   note ", "muted"), (bar.note, "ink")]
    return spans


def _confirm(bar: BarFacts, width: int, view: View, hold: float) -> Line:
    glyphs = view.glyphs
    left: list[Span] = [
        ("to approve, type ", "ink"),
        (bar.wanted, "bright bold"),
        ("   ", ""),
        *field(bar.typed, len(bar.wanted), glyphs),
    ]
    count = {4: "the fourth", 6: "the sixth", 8: "the eighth"}.get(len(bar.wanted), "the last")
    hint: list[Span] = [
        (f"   {count} starts a {hold:.0f}s hold, ", "muted"),
        ("u", "bright bold"),
        (" undoes it", "muted"),
    ]
    if width_of(left) + width_of(hint) + 2 <= width:
        left += hint
    return spread(left, [], width, ground=PANEL)


def field(text: str, room: int, glyphs: Glyphs) -> list[Span]:
    """A field of so many cells with the caret behind what is written; its end stays in sight."""
    shown = text if cells_of(text) <= room else tail(text, room)
    blanks = " " * max(0, room - cells_of(shown))
    return [
        (f" {shown}", "bright bold on select"),
        (glyphs.here, "you on select"),
        (blanks, "ink on select"),
    ]


def _note(bar: BarFacts, width: int, view: View) -> Line:
    return _writing("note", bar, width, view)


def _reason(bar: BarFacts, width: int, view: View) -> Line:
    return _writing("reason", bar, width, view)


def _writing(label: str, bar: BarFacts, width: int, view: View) -> Line:
    name = label.ljust(_LABEL)
    spans: list[Span] = [(name, "muted"), *field(bar.text, width - 4 - cells_of(name), view.glyphs)]
    return spread(spans, [], width, ground=PANEL)


def _hold(bar: BarFacts, width: int, view: View) -> Line:
    is_approval = bar.outcome == "approved"
    kind = "ok" if is_approval else "bad"
    word = "APPROVING" if is_approval else "REJECTING"
    left: list[Span] = [
        parts.badge(word, f"on-fill bold on {kind}"),
        (" in ", "muted"),
        (f"{math.ceil(bar.hold_left)}s", "bright bold"),
    ]
    done = "sent" if bar.way.by == "http" else "written"
    right: list[Span] = [(f"nothing is {done} yet", "muted")]
    if bar.way.place:
        right.append((f", then {bar.way.place}", "muted"))
    room = width - _BAR_AT - 2 - width_of(right) - (8 if width >= 100 else 2)
    if room >= 8 and bar.hold:
        full = round(room * min(1.0, bar.hold_left / bar.hold))
        left += [
            (" " * (_BAR_AT - 1 - width_of(left)), ""),
            (view.glyphs.solid * full, kind),
            (" " * (room - full), "ink on raised"),
        ]
    return spread(left, right, width, ground=PANEL)


def _sending(bar: BarFacts, width: int, view: View) -> Line:
    word = "approval" if bar.outcome == "approved" else "rejection"
    verb = "sending" if bar.way.by == "http" else "writing"
    says: list[Span] = [(f"{verb} the {word} ", "ink"), (bar.way.says, "muted")]
    return spread(parts.cut_spans(says, width - 2, view.glyphs), [], width, ground=PANEL)


def _receipt(bar: BarFacts, width: int, view: View) -> Line:
    glyphs = view.glyphs
    look = "ok bold" if bar.outcome == "approved" else "bad bold"
    then: Span = (f" {glyphs.path} ", "faint")
    if not bar.is_confirmed:
        return _unconfirmed(bar, width, view)
    spans: list[Span] = [(f"{bar.outcome}  ", look), *_moment("sent", bar.sent)]
    if bar.confirmed is not None:
        spans += [then, *_moment("confirmed", bar.confirmed)]
    if not bar.way.hears:
        return _taken(bar, spans, width, view)
    if bar.outcome == "approved" and bar.signed < bar.needed:
        spans += [then, (f"signed {bar.signed} of {bar.needed}", "you bold")]
    elif bar.is_late:
        spans += [then, ("not picked up in time: the agent may be gone", "bad bold")]
    elif bar.picked_up is None:
        spans += [then, ("not picked up yet", "muted")]
    else:
        spans += [then, *_moment("picked up", bar.picked_up)]
        if bar.moved_on is not None:
            spans += [then, *_moment("agent moved on", bar.moved_on)]
    return spread(spans, [], width, ground=PANEL)


def _unconfirmed(bar: BarFacts, width: int, view: View) -> Line:
    """Sent to a server that has not answered: its row will say what became of it."""
    spans: list[Span] = [
        ("sent, not confirmed  ", "you bold"),
        (f"{numbers.time_of_day(bar.sent)} to {bar.way.place}", "ink"),
        (f" {view.glyphs.path} ", "faint"),
        ("its row still waits", "muted"),
    ]
    return spread(parts.cut_spans(spans, width - 2, view.glyphs), [], width, ground=PANEL)


def _taken(bar: BarFacts, spans: list[Span], width: int, view: View) -> Line:
    """Where no row tells of a pick-up, none is waited for."""
    then: Span = (f" {view.glyphs.path} ", "faint")
    if bar.way.by == "http" and bar.confirmed is None:
        spans += [then, ("confirmed by its row", "ink")]
    elif bar.way.by == "file":
        spans += [then, ("nothing in its system waits for it", "muted")]
    return spread(parts.cut_spans(spans, width - 2, view.glyphs), [], width, ground=PANEL)


def _moment(word: str, epoch: float | None) -> list[Span]:
    return [(f"{word} ", "muted"), (numbers.time_of_day(epoch), "ink")]


def _closed(bar: BarFacts, width: int, view: View) -> Line:
    spans: list[Span] = [(bar.ended, "bright bold")]
    if bar.sent is None:
        spans.append(("   nothing of yours was written", "muted"))
    return spread(parts.cut_spans(spans, width - 2, view.glyphs), [], width, ground=PANEL)


def keys_line(keys: Sequence[BarKey], moves: Sequence[tuple[str, str]], width: int) -> Line:
    """The bar's last row: answers that can be given and the locked one, moves, and the way out."""
    *answers, leave = keys
    right: list[Span] = [(leave.key, "bright bold"), (f" {leave.word}", "muted")]
    room = width - 5 - width_of(right)
    groups = _groups(answers, moves, {})
    if _joined_width(groups) > room:
        # What remains without its second half says enough; a note is the first to go.
        answers = [each for each in answers if each.key != "A"]
        groups = _groups(answers, moves, _SHORT)
    while len(groups) > 1 and _joined_width(groups) > room:
        groups.pop()
    spans: list[Span] = []
    for group in groups:
        spans += [("   ", ""), *group] if spans else group
    return spread(spans, right, width, ground=PANEL)


def _groups(
    answers: Sequence[BarKey], moves: Sequence[tuple[str, str]], short: Mapping[str, str]
) -> list[list[Span]]:
    """The first answer, then the moves, then the other answers."""
    shown = [_key(each, short) for each in answers]
    return [
        *shown[:1],
        *([(key, "bright bold"), (f" {word}", "muted")] for key, word in moves),
        *shown[1:],
    ]


def _joined_width(groups: Sequence[Sequence[Span]]) -> int:
    return sum(map(width_of, groups)) + 3 * (len(groups) - 1)


def _key(key: BarKey, short: Mapping[str, str]) -> list[Span]:
    word = short.get(key.word, key.word)
    if key.is_locked:
        return [(f"{key.key} {word} ", "muted"), ("locked", "muted italic")]
    return [(key.key, "bright bold"), (f" {word}", "muted")]


_SHORT = {"reject + reason": "reject", "reject + edit": "edit"}
