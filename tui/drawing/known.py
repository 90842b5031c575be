"""Draws what is known of a source that is not live, in place of what can no longer be known."""

import os
from collections.abc import Sequence

from ...data.freshness import Freshness
from ...data.known import Known, WriterKnown
from .. import numbers, parts
from ..line import BLANK, Cell, Line, Span, columns
from ..view import View

WAL_LARGE = 64_000_000


def known_lines(
    path: str,
    known: Known | None,
    fresh: Freshness,
    read_ms: float | None,
    width: int,
    height: int,
    view: View,
) -> list[Line]:
    """The pane `What is known`; `read_ms` is how long the last good read took."""
    is_tall = height > 8
    margin = 2 if is_tall else 1
    facts: list[tuple[str, list[list[Span]]]] = [
        ("file", _file(path, known, view)),
        ("writer", _writers(known, view.now, view)),
        ("console", _console(fresh, read_ms, view.now, view)),
        ("reading", [[(text, "ink")] for text in _reading(known, fresh)]),
    ]
    lines = [columns(width, [Cell(margin, width - margin, [("What is known", "bright bold")])])]
    for label, groups in facts:
        if is_tall:
            lines += [BLANK, *_stacked(label, groups, width, margin, view)]
        else:
            lines.append(_in_a_row(label, groups, width, margin))
    lines += [BLANK] if is_tall else []
    lines += _deciding_is_off(width, margin)
    return lines[:height]


def _stacked(
    label: str, groups: Sequence[Sequence[Span]], width: int, margin: int, view: View
) -> list[Line]:
    lines: list[Line] = []
    for group in groups:
        name = "" if lines else label
        value: Sequence[Span] | str = group
        if len(group) == 1 and group[0][1] == "ink":
            value = group[0][0]
        lines += parts.details([(name, value)], width - margin, margin=margin)
    return lines


def _in_a_row(label: str, groups: Sequence[Sequence[Span]], width: int, margin: int) -> Line:
    spans: list[Span] = []
    for group in groups:
        spans += [("   ", "ink"), *group] if spans else list(group)
    return parts.details([(label, spans)], width - margin, margin=margin)[0]


def _file(path: str, known: Known | None, view: View) -> list[list[Span]]:
    name: Span = (os.path.basename(path), "ink")
    if known is None:
        return [[name]]
    if known.size is None:
        return [[name, ("  is not there", "bad")]]
    groups: list[list[Span]] = [[name, (f"  {numbers.size(known.size, view.glyphs)}", "ink")]]
    if known.wal_size:
        is_large = known.wal_size > max(WAL_LARGE, 4 * known.size)
        size = (numbers.size(known.wal_size, view.glyphs), "you bold" if is_large else "ink")
        groups.append([("wal ", "muted"), size])
    return groups


def _writers(known: Known | None, now: float, view: View) -> list[list[Span]]:
    if known is None or not known.writers:
        return [[("none is expected to write", "ink")]]
    return [group for writer in known.writers[:1] for group in _writer(writer, now, view)]


def _writer(writer: WriterKnown, now: float, view: View) -> list[list[Span]]:
    word, token = "on another host", "ink"
    if writer.is_alive is not None:
        word, token = ("alive", "ink") if writer.is_alive else ("gone", "doubt bold")
    pid = f"pid {writer.pid} " if writer.pid is not None else ""
    groups: list[list[Span]] = [[(pid, "ink"), (word, token)]]
    if writer.heard is not None:
        age = numbers.age(now - writer.heard, view.glyphs)
        groups.append([("last heartbeat ", "muted"), (age, "ink"), (" ago", "muted")])
    return groups


def _console(fresh: Freshness, read_ms: float | None, now: float, view: View) -> list[list[Span]]:
    if fresh.fault is None:
        took = f", {read_ms:.0f} ms" if read_ms is not None else ""
        return [[("last read ok", "ink"), (took, "ink")]]
    since = numbers.moment(fresh.since, now, glyphs=view.glyphs)
    failed = f"{fresh.attempts} look{'' if fresh.attempts == 1 else 's'} failed"
    return [[(failed, "ink")], [("last good one ", "muted"), (since, "ink")]]


def _reading(known: Known | None, fresh: Freshness) -> list[str]:
    """What it most likely means, in one sentence."""
    if fresh.word == "NO FILE":
        return ["the file was moved or deleted; it is opened again when it is back"]
    if fresh.fault is not None:
        return [fresh.fault.hint or fresh.fault.title]
    lives = [writer.is_alive for writer in known.writers] if known is not None else []
    if True in lives:
        return ["every agent is idle or blocked, or the writer is stuck"]
    if False in lives:
        return ["the writer ended without a word: open runs stay open in the file"]
    return ["nothing has been written since"]


def _deciding_is_off(width: int, margin: int) -> list[Line]:
    said: list[Span] = [("deciding is off", "doubt bold")]
    why = "until the view is live again"
    room = width - 2 * margin
    if len(why) + 15 + 3 <= room:
        return [columns(width, [Cell(margin, room, [*said, ("   ", ""), (why, "muted")])])]
    return [
        columns(width, [Cell(margin, room, said)]),
        columns(width, [Cell(margin, room, [(why, "muted")])]),
    ]
