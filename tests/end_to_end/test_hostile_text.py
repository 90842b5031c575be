"""Whatever agents wrote, in any column: every screen shows it, none of it reaches the terminal."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.bare import build_bare
from tests.builders.hostile import HUGE, poisoned
from tests.builders.vedette import build_fleet
from tests.end_to_end.terminal import Terminal
from vedette.tui.main import COMMANDS

CONSOLE = [sys.executable, "-m", "vedette.tui"]

# What Textual and the frugal display write: places, looks, modes, and nothing else.
OURS = re.compile(
    rb"\x1b\[\d+;\d+H|\x1b\[[\d;]*m|\x1b\[\?\d+[hl]|\x1b\[\?\d+\$p|\x1b\[[<>][\d;]*u|\x1b\[\?u"
    rb"|\x1b\[6n|\x1b\[c|\x1b\]22;[a-z-]+\x07|\x1b\[[=>]\d*u|\r\n"
)
ACTS = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069]")

LISTINGS = [name for name, module in COMMANDS.items() if module == "listing"]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Away from whatever the user has at home."""
    names = ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
    return {"USER": "ana", **{name: str(tmp_path / name) for name in names}}


def _came_through(raw: bytes) -> list[str]:
    """What acts on a terminal and is not ours, each with what stands around it."""
    text = OURS.sub(b"", raw).decode("utf-8", "replace")
    return [repr(text[max(0, at.start() - 20) : at.end() + 20]) for at in ACTS.finditer(text)]


def _crumb(screen: str) -> str:
    return (screen.splitlines() + [""] * 3)[2]


def _open_every_screen(terminal: Terminal) -> None:
    """Every digit, with the first rows opened, paged, folded and left again."""
    for digit in "1234567890":
        terminal.keys(digit)
        _until_quiet(terminal)
        for key in ("j", "enter", "space", "G", "esc"):
            terminal.keys(key)
            _until_quiet(terminal)
        # A key that comes within 100 ms of escape is another key together with alt.
        _rest(terminal, 0.25)
        assert "FAULT" not in terminal.text()


def _rest(terminal: Terminal, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        terminal.take_in(0.05)


def _until_quiet(terminal: Terminal) -> None:
    """Waits until a key's answer was written whole, or none came: then nothing is for a moment."""
    seen = -1

    def has_paused(_: str) -> bool:
        nonlocal seen
        is_quiet, seen = seen == len(terminal.raw), len(terminal.raw)
        return is_quiet

    while not has_paused(""):
        terminal.take_in(0.06)


@pytest.mark.parametrize("first", [0, 13])
def test_no_screen_lets_anything_through(tmp_path: Path, home: dict[str, str], first: int) -> None:
    path = tmp_path / "hostile.db"
    build_bare(path, poisoned(first), now=time.time(), rows=12)
    with Terminal([*CONSOLE, str(path)], env=home, size=(120, 40)) as terminal:
        terminal.until("vedette")
        terminal.until_true(lambda s: "READING" not in s, "the first answer")
        _open_every_screen(terminal)
        # By name: in a review, a digit is a tab.
        terminal.keys(":fleet\r")
        terminal.until_true(lambda s: "all runs" in _crumb(s), "Fleet")
        terminal.keys("?")
        terminal.until_true(lambda s: "Help" in _crumb(s), "help")
        # By name: in a review, a digit is a tab.
        terminal.keys(":fleet\r")
        terminal.until_true(lambda s: "all runs" in _crumb(s), "Fleet")
        terminal.keys("q")
        terminal.until("quit?")
        terminal.keys("y")
        assert terminal.until_ended() == 0
        raw = bytes(terminal.raw)
    assert b"QZ" in raw
    assert _came_through(raw) == []


@pytest.mark.parametrize("huge", HUGE)
def test_a_huge_text_is_cut_not_laid_out(tmp_path: Path, home: dict[str, str], huge: str) -> None:
    path = tmp_path / "huge.db"
    build_fleet(path, time.time())
    with closing(sqlite3.connect(path)) as writer, writer:
        for statement in (
            "UPDATE runs SET title = :text, error = :text WHERE id = 'a81f02c4'",
            "UPDATE events SET message = :text, details = :text"
            " WHERE seq > (SELECT max(seq) - 2 FROM events)",
            "UPDATE prompts SET response = :text, request = :text"
            " WHERE seq > (SELECT max(seq) - 2 FROM prompts)",
            "UPDATE alarms SET title = :text, message = :text WHERE seq = 1",
        ):
            writer.execute(statement, {"text": HUGE[huge]})
    with Terminal([*CONSOLE, str(path)], env=home) as terminal:
        terminal.until("LIVE")
        for digit, name in (("3", "stream"), ("5", "alarms"), ("7", "events"), ("1", "fleet")):
            terminal.keys(digit)
            terminal.until_true(lambda s, n=name: n in _crumb(s).casefold(), name)
        terminal.keys("q")
        terminal.until("quit?")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    build_bare(tmp_path / "hostile.db", poisoned(5), now=time.time(), rows=12)
    return tmp_path / "hostile.db"


def _printed(home: dict[str, str], *arguments: object) -> str:
    done = subprocess.run(
        [*CONSOLE, *map(str, arguments)],
        env={**os.environ, **home},
        capture_output=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout.decode("utf-8", "strict")


@pytest.mark.parametrize("command", ["status", *LISTINGS])
def test_no_command_lets_anything_through(
    hostile: Path, home: dict[str, str], command: str
) -> None:
    plain = _printed(home, command, "--db", hostile)
    assert ACTS.findall(plain) == []
    document = _printed(home, command, "--db", hostile, "--json")
    assert ACTS.findall(document) == []
    json.loads(document)
