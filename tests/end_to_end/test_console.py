"""The real program in a terminal: it starts, keeps watch, and lives through what files do."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.builders.recorded import until
from tests.builders.vedette import build_fleet
from tests.end_to_end.terminal import Terminal

CONSOLE = [sys.executable, "-m", "vedette.tui"]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Away from whatever the user has at home."""
    names = ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
    return {"USER": "ana", **{name: str(tmp_path / name) for name in names}}


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """The pictures' fleet, as it stands now."""
    build_fleet(tmp_path / "fleet.db", time.time())
    return tmp_path / "fleet.db"


@contextmanager
def console(
    path: Path | str, env: dict[str, str], *options: str, size: tuple[int, int] = (80, 24)
) -> Iterator[Terminal]:
    """The console on a file, its data on screen."""
    with Terminal([*CONSOLE, *options, str(path)], size, env, cwd=env["XDG_DATA_HOME"][:-14]) as it:
        yield it


def _change(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path, timeout=10)) as writer, writer:
        writer.execute(statement, values)


def _title(path: Path, title: str) -> None:
    _change(path, "UPDATE runs SET title = ? WHERE id = 'a81f02c4'", title)


# Start, keys, leaving


def test_it_starts_and_shows_the_fleet(fleet: Path, home: dict[str, str]) -> None:
    with console(fleet, home) as terminal:
        screen = terminal.until("LIVE")
        assert "vedette  fleet.db" in screen.splitlines()[0]
        assert "NEEDS YOU" in screen.splitlines()[1]
        terminal.until("fix-auth")


def test_a_row_that_another_process_changes_appears(fleet: Path, home: dict[str, str]) -> None:
    with console(fleet, home) as terminal:
        terminal.until("fix-auth")
        _title(fleet, "mend-auth")
        assert "fix-auth" not in terminal.until("mend-auth")


def test_every_digit_opens_its_screen_and_minus_goes_back(
    fleet: Path, home: dict[str, str]
) -> None:
    with console(fleet, home) as terminal:
        terminal.until("fix-auth")
        for digit, name in (("4", "Costs"), ("5", "Alarms"), ("7", "Events"), ("9", "Tables")):
            terminal.keys(digit)
            terminal.until_true(lambda s, n=name: n in s.splitlines()[2], name)
        terminal.keys("-")
        terminal.until_true(lambda s: "Events" in s.splitlines()[2], "Events again")
        terminal.keys("-")
        terminal.until_true(lambda s: "Tables" in s.splitlines()[2], "Tables again")
        terminal.keys("1")
        terminal.until_true(lambda s: "Fleet" in s.splitlines()[2], "Fleet")


def test_help_command_filter_next_and_freeze_answer(fleet: Path, home: dict[str, str]) -> None:
    with console(fleet, home) as terminal:
        terminal.until("fix-auth")
        terminal.keys("?")
        terminal.until_true(lambda s: "Help" in s.splitlines()[2], "help")
        terminal.keys("esc")
        terminal.until_true(lambda s: "Fleet" in s.splitlines()[2], "Fleet")
        terminal.keys(":", "eve", "tab", "enter")
        terminal.until_true(lambda s: "Events" in s.splitlines()[2], "Events")
        terminal.keys("1")
        terminal.until_true(lambda s: "Fleet" in s.splitlines()[2], "Fleet")
        terminal.keys("/")
        terminal.until_true(lambda s: s.splitlines()[-2].startswith(" /"), "the filter")
        terminal.keys("nothing-is-called-so")
        terminal.until(" 0 of")
        terminal.keys("esc")
        terminal.until("7 runs")
        terminal.until_gone(" 0 of")
        terminal.keys("p")
        terminal.until("FROZEN")
        _title(fleet, "mend-auth")
        terminal.keys("p")
        terminal.until("mend-auth")
        terminal.keys("!")
        terminal.until_true(lambda s: "REVIEW" in s.splitlines()[0], "the review")


def test_q_asks_once_and_says_in_the_shell_what_still_waits(
    fleet: Path, home: dict[str, str]
) -> None:
    with console(fleet, home) as terminal:
        terminal.until("fix-auth")
        terminal.keys("q")
        terminal.until("3 gates still wait. quit?")
        terminal.keys("n")
        terminal.until_gone("quit?")
        terminal.keys("q")
        terminal.until("quit?")
        terminal.keys("y")
        assert terminal.until_ended() == 0
        assert "3 gates still wait; `vedette approvals` lists them" in terminal.text()


def test_ctrl_z_suspends_and_a_continue_paints_again(fleet: Path, home: dict[str, str]) -> None:
    with console(fleet, home) as terminal:
        terminal.until("fix-auth")
        # A stopped process needs a shell that continues it: this test is that shell.
        os.kill(terminal.process.pid, signal.SIGTSTP)
        until(lambda: _state(terminal.process.pid) == "T")
        before = len(terminal.raw)
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.until_true(lambda s: b"fix-auth" in terminal.raw[before:], "the screen again")
        terminal.keys("?")
        terminal.until_true(lambda s: "Help" in s.splitlines()[2], "help")


# What becomes of the file


def test_a_killed_writer_leaves_its_rows_on_screen_and_is_missed(
    tmp_path: Path, home: dict[str, str]
) -> None:
    path = tmp_path / "runs.db"
    with _agent(path) as agent:
        with console(path, home) as terminal:
            terminal.until("LIVE")
            terminal.until("doomed-run")
            agent.send_signal(signal.SIGKILL)
            agent.wait()
            committed = _count(path)
            _change(path, "UPDATE processes SET heartbeat_at = '2026-01-01T00:00:00.000000Z'")
            terminal.until("STALE")
            screen = terminal.until("NO NEW ROWS")
            assert "doomed-run" in screen
            terminal.keys("7")
            terminal.until("event 199")
        assert _count(path) == committed == 200


def test_another_file_in_its_place_is_shown(
    fleet: Path, tmp_path: Path, home: dict[str, str]
) -> None:
    other = tmp_path / "other.db"
    build_fleet(other, time.time())
    _title(other, "from-elsewhere")
    with console(fleet, home) as terminal:
        terminal.until("fix-auth")
        os.replace(other, fleet)
        assert "fix-auth" not in terminal.until("from-elsewhere")
        terminal.until("LIVE")


def test_a_file_copied_over_it_is_shown(fleet: Path, tmp_path: Path, home: dict[str, str]) -> None:
    other = tmp_path / "other.db"
    build_fleet(other, time.time())
    _title(other, "from-elsewhere")
    with console(fleet, home) as terminal:
        terminal.until("fix-auth")
        shutil.copyfile(other, fleet)
        terminal.until("from-elsewhere")
        terminal.until("LIVE")


def test_a_deleted_file_keeps_its_last_rows_until_it_is_back(
    fleet: Path, home: dict[str, str]
) -> None:
    with console(fleet, home) as terminal:
        terminal.until("fix-auth")
        os.rename(fleet, f"{fleet}.away")
        screen = terminal.until("NO FILE")
        assert "fix-auth" in screen
        assert "there is no file at" in screen
        os.rename(f"{fleet}.away", fleet)
        terminal.keys("ctrl+r")
        terminal.until("LIVE")
        _title(fleet, "back-again")
        terminal.until("back-again")


def test_a_truncated_file_is_called_damaged_and_its_rows_stay(
    fleet: Path, home: dict[str, str]
) -> None:
    with console(fleet, home) as terminal:
        terminal.until("fix-auth")
        whole = fleet.read_bytes()
        os.truncate(fleet, 8192)
        screen = terminal.until("FAULT")
        assert "is damaged" in screen
        assert "fix-auth" in screen
        fleet.write_bytes(whole)
        terminal.keys("ctrl+r")
        terminal.until("LIVE")


def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path: Path, home: dict[str, str]) -> None:
    path = tmp_path / "later.db"
    with Terminal(CONSOLE, env={**home, "VEDETTE_DB": str(path)}) as terminal:
        terminal.until("No agent run has been recorded here yet.")
        build_fleet(tmp_path / "made.db", time.time())
        os.rename(tmp_path / "made.db", path)
        terminal.until("fix-auth")


# How it ends


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["TERM", "HUP"]
)
def test_a_signal_gives_the_terminal_back_within_a_second(
    fleet: Path, home: dict[str, str], number: signal.Signals, code: int
) -> None:
    with console(fleet, home) as terminal:
        terminal.until("fix-auth")
        before = len(terminal.raw)
        began = time.monotonic()
        terminal.process.send_signal(number)
        assert terminal.until_ended(timeout=5) == code
        assert time.monotonic() - began < 2
        left = bytes(terminal.raw[before:])
    assert b"\x1b[?1049l" in left
    assert b"\x1b[?1000l" in left
    assert b"\x1b[?1003l" in left
    assert left.rindex(b"\x1b[?25h") > 0


@pytest.mark.parametrize(
    "shell", ['exec "$@"', "trap '' HUP; \"$@\"; exit $?"], ids=["told", "not told"]
)
def test_a_lost_terminal_ends_it(fleet: Path, home: dict[str, str], shell: str) -> None:
    # A shell that leads the session and ignores the signal keeps it from the console.
    with Terminal(["sh", "-c", shell, "sh", *CONSOLE, str(fleet)], env=home) as terminal:
        terminal.until("fix-auth")
        terminal.hang_up()
        assert terminal.process.wait(5) == 129


@pytest.mark.parametrize("stream", ["stdin", "stdout", "stderr"])
def test_without_a_terminal_it_says_so_in_one_line(
    fleet: Path, home: dict[str, str], stream: str
) -> None:
    redirection = {"stdin": "</dev/null", "stdout": ">/dev/null", "stderr": "2>error"}[stream]
    command = ["sh", "-c", f'exec "$@" {redirection}', "sh", *CONSOLE, str(fleet)]
    with Terminal(command, env=home, cwd=fleet.parent) as terminal:
        assert terminal.until_ended() == 2
        said = terminal.text()
    if stream == "stderr":
        said = (fleet.parent / "error").read_text()
    assert said.startswith("vedette: the console needs a terminal for its input and output\n")


# Helpers


AGENT = """
import sys, time
from vedette.data.recorder import Recorder

with Recorder(sys.argv[1]) as recorder, recorder.run("doomed-run") as run:
    with run.agent("doomed", model="sonnet-5") as agent:
        for number in range(200):
            agent.event("milestone", f"event {number}")
        recorder.flush()
        print("ready", flush=True)
        time.sleep(600)
"""


@contextmanager
def _agent(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-c", AGENT, str(path)], stdout=subprocess.PIPE
    ) as agent:
        try:
            assert agent.stdout is not None
            assert agent.stdout.readline() == b"ready\n"
            yield agent
        finally:
            agent.kill()


def _count(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as plain:
        query = "SELECT count(*) FROM events WHERE message LIKE 'event %'"
        return int(plain.execute(query).fetchone()[0])


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
