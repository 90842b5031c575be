"""How many cells this terminal gives a character, measured by asking where its cursor stands."""

import os
import re
import select
import termios
import time
from typing import Any

GLYPH = "●"
"""Of ambiguous width, and in use on every screen: what holds for it holds for its like."""
ANSWER_SECONDS = 0.5
"""How long a terminal may take: one that does not know the question never answers."""

_WHERE = b"\x1b[6n"
_AT = re.compile(rb"\x1b\[\d+;(\d+)R")
_ANSWER_MOST = 4096


def measured(reading: int, writing: int, glyph: str = GLYPH) -> int | None:
    """The cells of a glyph on the terminal behind these descriptors; None where it does not tell.

    The line the cursor is on is left empty.
    """
    # From the background neither asking nor reading is allowed: the shell would stop us.
    if not _is_in_front(reading):
        return None
    try:
        before = termios.tcgetattr(reading)
    except termios.error:
        return None
    try:
        termios.tcsetattr(reading, termios.TCSADRAIN, _listening(before))
        os.write(writing, b"\r" + glyph.encode() + _WHERE)
        column = _column(reading, time.monotonic() + ANSWER_SECONDS)
        os.write(writing, b"\r\x1b[K")
    finally:
        termios.tcsetattr(reading, termios.TCSADRAIN, before)
    return None if column is None else column - 1


def _is_in_front(terminal: int) -> bool:
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False


def _listening(mode: list[Any]) -> list[Any]:
    """The mode in which an answer is not echoed, and read without an end of line."""
    return [*mode[:3], mode[3] & ~(termios.ECHO | termios.ICANON), *mode[4:]]


def _column(reading: int, until: float) -> int | None:
    """The column a cursor report names, counted from 1; None if none comes in time."""
    answer = b""
    while len(answer) < _ANSWER_MOST:
        ready, _, _ = select.select([reading], [], [], max(0.0, until - time.monotonic()))
        piece = os.read(reading, 64) if ready else b""
        if not piece:
            return None
        answer += piece
        if found := _AT.search(answer):
            return int(found[1])
    return None
