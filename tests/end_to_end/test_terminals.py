"""What reaches the terminal is what that terminal can show."""

import re
import time
from pathlib import Path

import pytest

from tests.builders.vedette import build_fleet
from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_console import console

SGR = re.compile(rb"\x1b\[([\d;:]*)m")
COLOUR = re.compile(r"(?:^|;)(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;|$)")
SIXTEEN = re.compile(r"(?:0|[1-9]|2[1-9]|3[0-79]|4[0-79]|9[0-7]|10[0-7])?")


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Away from whatever the user has at home."""
    names = ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
    return {"USER": "ana", **{name: str(tmp_path / name) for name in names}}


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """The pictures' fleet, as it stands now, with words from everywhere in it."""
    build_fleet(tmp_path / "größe.db", time.time())
    return tmp_path / "größe.db"


def _walk(terminal: Terminal) -> bytes:
    """Through screens of every kind; what was written."""
    terminal.until("fix-auth")
    for digit, name in (("2", "waterfall"), ("4", "Costs"), ("5", "Alarms"), ("1", "Fleet")):
        terminal.keys(digit)
        terminal.until_true(lambda s, n=name: n in s.splitlines()[2], name)
    return bytes(terminal.raw)


def _looks(raw: bytes) -> set[str]:
    return {found.decode() for found in SGR.findall(raw)}


@pytest.mark.parametrize("value", ["1", "true"])
def test_no_color_writes_no_colour(fleet: Path, home: dict[str, str], value: str) -> None:
    with console(fleet, {**home, "NO_COLOR": value}) as terminal:
        raw = _walk(terminal)
    assert _looks(raw)
    assert [look for look in _looks(raw) if COLOUR.search(look)] == []


def test_a_dumb_terminal_is_given_no_colour(fleet: Path, home: dict[str, str]) -> None:
    with console(fleet, {**home, "TERM": "dumb", "COLORTERM": ""}) as terminal:
        raw = _walk(terminal)
    assert [look for look in _looks(raw) if COLOUR.search(look)] == []


@pytest.mark.parametrize("term", ["xterm", "linux", "screen"])
def test_sixteen_colours_are_only_those(fleet: Path, home: dict[str, str], term: str) -> None:
    with console(fleet, {**home, "TERM": term, "COLORTERM": ""}) as terminal:
        raw = _walk(terminal)
    codes = {code for look in _looks(raw) for code in look.split(";")}
    assert [code for code in codes if not SIXTEEN.fullmatch(code)] == []
    assert any(code.startswith(("3", "9")) for code in codes)


def test_256_colours_are_only_those(fleet: Path, home: dict[str, str]) -> None:
    with console(fleet, {**home, "TERM": "xterm-256color", "COLORTERM": ""}) as terminal:
        raw = _walk(terminal)
    assert b"38;5;" in raw
    assert b"38;2;" not in raw
    assert b"48;2;" not in raw


@pytest.mark.parametrize(
    ("options", "env"),
    [
        (["--ascii"], {}),
        ([], {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
        ([], {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}),
    ],
    ids=["option", "locale", "encoding"],
)
def test_ascii_is_all_that_is_written(
    fleet: Path, home: dict[str, str], options: list[str], env: dict[str, str]
) -> None:
    with console(fleet, {**home, **env}, *options) as terminal:
        raw = _walk(terminal)
        terminal.keys("?")
        terminal.until_true(lambda s: "Help" in s.splitlines()[2], "help")
        raw = bytes(terminal.raw)
    assert [byte for byte in raw if byte >= 0x80] == []
    assert b"\\u" not in raw
    assert re.search(rb"gr\?+e\.db", raw)


def test_any_size_is_survived(fleet: Path, home: dict[str, str]) -> None:
    with console(fleet, home) as terminal:
        terminal.until("fix-auth")
        for size in ((1, 1), (3, 40), (200, 1), (10, 3), (59, 15), (40, 10), (60, 16), (200, 50)):
            before = len(terminal.raw)
            terminal.resize(*size)
            terminal.until_true(lambda _, b=before: len(terminal.raw) > b, f"paint at {size}")
        terminal.resize(80, 24)
        terminal.until("fix-auth")
        terminal.keys("?")
        terminal.until_true(lambda s: "Help" in s.splitlines()[2], "help")


def test_a_console_that_starts_tiny_answers(fleet: Path, home: dict[str, str]) -> None:
    with console(fleet, home, size=(10, 3)) as terminal:
        terminal.until("Flee")
        terminal.resize(80, 24)
        terminal.until("fix-auth")
        terminal.keys("q")
        terminal.until("quit?")
