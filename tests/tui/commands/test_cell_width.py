"""A glyph is measured on a terminal that says where its cursor is."""

import os
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.tui.commands.conftest import own_terminal, read_terminal

MEASURE = (
    "from vedette.tui.commands.cell_width import measured\n"
    "print('cells', measured(0, 1), flush=True)\n"
)


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a pseudo-terminal: the terminal's own, and the program's."""
    ends = os.openpty()
    yield ends
    for end in ends:
        with suppress(OSError):
            os.close(end)


def _told(terminal: tuple[int, int], answer: bytes | None, *, is_in_front: bool = True) -> str:
    """What the program prints on a terminal that answers so when it is asked."""
    ours, theirs = terminal
    program = subprocess.Popen(
        [sys.executable, "-c", MEASURE],
        stdin=theirs,
        stdout=theirs,
        start_new_session=True,
        preexec_fn=(lambda: own_terminal(theirs)) if is_in_front else None,
    )
    printed = b""
    while b"cells " not in printed or not printed.endswith(b"\n"):
        printed += read_terminal(ours)
        if answer is not None and b"\x1b[6n" in printed:
            os.write(ours, answer)
            answer = None
    program.wait(10)
    return printed.decode().split("cells ")[1].strip()


@pytest.mark.parametrize(
    ("answer", "cells"),
    [
        (b"\x1b[7;2R", "1"),
        (b"\x1b[7;3R", "2"),
        (b"typed ahead\x1b[24;2R", "1"),
        (b"no report", "None"),
        (None, "None"),
    ],
)
def test_the_cursor_tells_how_wide_a_glyph_is(
    terminal: tuple[int, int], answer: bytes | None, cells: str
) -> None:
    before = termios.tcgetattr(terminal[1])
    assert _told(terminal, answer) == cells
    assert termios.tcgetattr(terminal[1]) == before


def test_nothing_is_asked_from_the_background(terminal: tuple[int, int]) -> None:
    assert _told(terminal, None, is_in_front=False) == "None"
